import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namePattern, timeInName } from '../../../../../pipeline/ingest/time/name-time.ts';

test('time in a name - as cameras, recorders and phones write it', () => {
  for (const name of [
    '20240512_063015.mp4',
    'RLC-410W_00_20240512063015.mp4',
    'IMG_20240512_063015.jpg',
    'VID_20240512_063015123.mp4',
    '2024-05-12 06-30-15.mkv',
    '2024-05-12T06:30:15.avi',
    'gate 2024.05.12 06.30.15 (2).mov',
  ]) {
    assert.equal(timeInName(name), '2024-05-12T06:30:15', name);
  }
  assert.equal(timeInName('2024-05-12T06-30-15-123Z.mkv'), '2024-05-12T06:30:15Z');
  assert.equal(timeInName('PXL_20240512_063015123.mp4'), '2024-05-12T06:30:15Z');
  assert.equal(timeInName('20240512T063015+0900.mp4'), '2024-05-12T06:30:15+0900');
  assert.equal(
    timeInName('20240512_063015-0001.mp4'),
    '2024-05-12T06:30:15',
    'the first of several, no zone',
  );
});

test('time in a name - what is no time is none', () => {
  for (const name of [
    'IMG_0001.mp4',
    '20241345_063015.mp4',
    '20240230_063015.mp4',
    '20240512_256199.mp4',
    '1234567890123456.mp4',
  ]) {
    assert.equal(timeInName(name), undefined, name);
  }
});

test('time in a name - own patterns come first', () => {
  const own = namePattern('TRAP-DDMMYYYY-hhmmss');
  assert.ok(own);
  assert.equal(timeInName('TRAP-05122024-063015.mp4', [own]), '2024-12-05T06:30:15');
  const short = namePattern('(YY.MM.DD hh.mm)');
  assert.ok(short);
  assert.equal(timeInName('(24.05.12 06.30).mp4', [short]), '2024-05-12T06:30:00');
  assert.equal(namePattern('TRAP-hhmmss'), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipsNamed } from '../../../../../pipeline/domain/formats/clip-name.ts';

const clips = [
  { clip: '0000000000000001', file: 'north/IMG_1.mp4', path: '/cards/north/IMG_1.mp4', camera: 'gate' },
  { clip: '0000000000000002', file: 'south/IMG_1.mp4', path: '/cards/south/IMG_1.mp4', camera: 'pond' },
  { clip: '0000000000000003', file: 'fox.mp4', path: '/cards/south/fox.mp4', camera: 'pond' },
];
const named = (name: string) => clipsNamed(clips, name).map(({ clip }) => Number(clip));

test('clip name - an id, a name that only one has, an end of the path, or what an export calls it', () => {
  for (const name of [
    '0000000000000003',
    'fox.mp4',
    'fox',
    'south/fox.mp4',
    '/cards/south/fox.mp4',
    'pond/fox.mp4',
  ])
    assert.deepEqual(named(name), [3], name);
  for (const name of [
    'north/IMG_1.mp4',
    'north\\IMG_1.mp4',
    './north/IMG_1',
    '/elsewhere/north/IMG_1.mp4',
    'gate/IMG_1.mp4',
  ])
    assert.deepEqual(named(name), [1], name);
});

test('clip name - what several are called fits all of them; another folder’s name fits none', () => {
  assert.deepEqual(named('IMG_1.mp4'), [1, 2]);
  assert.deepEqual(named('west/IMG_1.mp4'), []);
  assert.deepEqual(named('/old/place/fox.mp4'), []);
  assert.deepEqual(named('x.mp4'), []);
  assert.deepEqual(named(''), []);
});

test('clip name - letters in another case or with their accents apart are meant, where nothing else is', () => {
  const clips = [{ file: 'south/IMG_0001.mp4' }, { file: 'caf\u00e9.mp4' }];
  assert.deepEqual(clipsNamed(clips, 'South/img_0001.MP4'), [clips[0]]);
  assert.deepEqual(clipsNamed(clips, 'cafe\u0301.mp4'), [clips[1]]);
  const both = [{ file: 'a.mp4' }, { file: 'A.mp4' }];
  assert.deepEqual(clipsNamed(both, 'a.mp4'), [both[0]]);
  assert.deepEqual(clipsNamed(both, 'A.MP4'), both);
});

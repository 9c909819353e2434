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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipsAtSpot, spotOf } from '../../../../../pipeline/domain/labels/stones.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';

const stone: Box = [100, 200, 40, 30];
const shaken = (i: number): Box => [100 + (i % 3) - 1, 200 + (i % 2), 40, 30];
const walking = (i: number): Box => [100 + 5 * i, 200, 40, 30];

test('stones - boxes that shake by a pixel stand at one spot', () => {
  assert.deepEqual(spotOf(Array.from({ length: 30 }, (_, i) => shaken(i))), [100, 200.5, 40, 30]);
});

test('stones - an animal that walks has no spot, nor has one that gets up before the end', () => {
  assert.equal(spotOf(Array.from({ length: 30 }, (_, i) => walking(i))), null);
  assert.equal(spotOf(Array.from({ length: 30 }, (_, i) => (i < 25 ? stone : walking(i - 20)))), null);
});

test('stones - one wild box of a hundred does not hide a stone', () => {
  assert.deepEqual(
    spotOf(Array.from({ length: 100 }, (_, i) => (i === 50 ? [0, 0, 300, 300] : stone))),
    stone,
  );
});

test('stones - too few boxes say nothing', () => {
  assert.equal(spotOf([stone, stone]), null);
});

test('stones - other clips are counted, each once, and only those with something at that spot', () => {
  const others = [
    { clip: 'a', track: 1, spot: stone },
    { clip: 'b', track: 1, spot: shaken(1) },
    { clip: 'b', track: 2, spot: shaken(2) },
    { clip: 'c', track: 1, spot: [300, 200, 40, 30] as Box },
  ];
  assert.equal(clipsAtSpot({ clip: 'a', spot: stone }, others), 1);
  assert.equal(clipsAtSpot({ clip: 'd', spot: stone }, others), 2);
  assert.equal(clipsAtSpot({ clip: 'c', spot: [300, 200, 40, 30] }, others), 0);
});

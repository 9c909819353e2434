import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { isCutByTile, joinTiles, tiles } from '../../../../../pipeline/domain/vision/tiles.ts';

const picture = { width: 1280, height: 720 };

test('tiles - the fewest squares that overlap enough, from edge to edge', () => {
  assert.deepEqual(tiles(picture, 640, 0.25), [
    [0, 0, 640, 640],
    [320, 0, 640, 640],
    [640, 0, 640, 640],
    [0, 80, 640, 640],
    [320, 80, 640, 640],
    [640, 80, 640, 640],
  ]);
  assert.equal(tiles(picture, 416, 0.25).length, 8);
});

test('tiles - whatever is no larger than the overlap lies whole in one of them', () => {
  for (const [side, size] of [
    [416, 104],
    [300, 75],
  ] as const) {
    const all = tiles(picture, side, 0.25);
    for (let x = 0; x + size <= picture.width; x += 7) {
      for (let y = 0; y + size <= picture.height; y += 7) {
        assert.ok(
          all.some(([l, t, w, h]) => x >= l && y >= t && x + size <= l + w && y + size <= t + h),
          `${x}, ${y}`,
        );
      }
    }
  }
});

test('tiles - a picture that is no larger is one, also in one direction', () => {
  assert.deepEqual(tiles({ width: 320, height: 240 }, 416, 0.25), [[0, 0, 320, 240]]);
  assert.deepEqual(tiles({ width: 700, height: 240 }, 416, 0.25), [
    [0, 0, 416, 240],
    [284, 0, 416, 240],
  ]);
});

test('tiles - cut is what ends at an edge inside the picture', () => {
  const tile: Box = [320, 0, 640, 640];
  assert.ok(isCutByTile([321, 100, 40, 40], tile, picture));
  assert.ok(isCutByTile([500, 610, 40, 29], tile, picture));
  assert.ok(!isCutByTile([400, 0, 40, 40], tile, picture)); // the picture's own edge
  assert.ok(!isCutByTile([500, 300, 40, 40], tile, picture));
});

test('tiles - an animal that two tiles show is one, and what a tile cuts is taken from the other', () => {
  const [left, right]: Box[] = [
    [0, 0, 640, 640],
    [480, 0, 640, 640],
  ];
  const joined = joinTiles(
    [left!, right!],
    [
      [
        { box: [500, 100, 50, 40], score: 0.6 },
        { box: [600, 300, 40, 60], score: 0.9 }, // cut at 640
      ],
      [
        { box: [502, 101, 50, 40], score: 0.7 },
        { box: [600, 300, 90, 60], score: 0.5 },
        { box: [480, 100, 72, 40], score: 0.8 }, // cut at 480
      ],
    ],
    picture,
    0.5,
  );
  assert.deepEqual(joined, [
    { box: [502, 101, 50, 40], score: 0.7 },
    { box: [600, 300, 90, 60], score: 0.5 },
  ]);
});

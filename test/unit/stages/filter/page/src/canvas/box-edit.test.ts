import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  between,
  boxAt,
  handleAt,
  inside,
  move,
  overlap,
  resize,
  resizeBy,
  throughPoints,
} from '../../../../../../../stages/filter/page/src/canvas/box-edit.ts';

const picture = { width: 640, height: 360 };

describe('box editing', () => {
  test('a box lies between two corners, whichever was first', () => {
    assert.deepEqual(between({ x: 50, y: 80 }, { x: 10, y: 20 }, picture), [10, 20, 40, 60]);
  });

  test('a box is cut to the picture, to a tenth of a pixel', () => {
    assert.deepEqual(between({ x: -20, y: 300.04 }, { x: 33.333, y: 900 }, picture), [0, 300, 33.3, 60]);
  });

  test('a slip of the hand is no box', () => {
    assert.equal(between({ x: 5, y: 5 }, { x: 6, y: 60 }, picture), null);
    assert.equal(inside([700, 10, 50, 50], picture), null);
  });

  test('four extreme points make the box that they touch, in any order', () => {
    const points = [
      { x: 60, y: 10 },
      { x: 20, y: 70 },
      { x: 50, y: 120 },
      { x: 140, y: 60 },
    ];
    assert.deepEqual(throughPoints(points, picture), [20, 10, 120, 110]);
    assert.deepEqual(throughPoints(points.toReversed(), picture), [20, 10, 120, 110]);
  });

  test('a box that is moved keeps its size and stays inside', () => {
    assert.deepEqual(move([10, 10, 100, 50], 5, -3, picture), [15, 7, 100, 50]);
    assert.deepEqual(move([10, 10, 100, 50], -50, 1000, picture), [0, 310, 100, 50]);
  });

  test('a handle moves its own edges alone', () => {
    assert.deepEqual(resize([10, 10, 100, 50], { dx: 1, dy: 0 }, 7, 99, picture), [10, 10, 107, 50]);
    assert.deepEqual(resize([10, 10, 100, 50], { dx: -1, dy: -1 }, 4, 6, picture), [14, 16, 96, 44]);
  });

  test('an edge that is drawn past the other changes places with it', () => {
    assert.deepEqual(resize([10, 10, 100, 50], { dx: 1, dy: 0 }, -150, 0, picture), [0, 10, 10, 50]);
  });

  test('keys resize by the right and the lower edge, down to the least size', () => {
    assert.deepEqual(resizeBy([10, 10, 100, 50], 1, 0, picture), [10, 10, 101, 50]);
    assert.deepEqual(resizeBy([10, 10, 100, 50], 0, -1, picture), [10, 10, 100, 49]);
    assert.equal(resizeBy([10, 10, 2, 50], -1, 0, picture), null);
  });

  test('the nearest handle within reach is taken', () => {
    assert.deepEqual(handleAt([10, 10, 100, 50], { x: 108, y: 61 }, 5), { dx: 1, dy: 1 });
    assert.deepEqual(handleAt([10, 10, 100, 50], { x: 60, y: 8 }, 5), { dx: 0, dy: -1 });
    assert.equal(handleAt([10, 10, 100, 50], { x: 60, y: 35 }, 5), null);
  });

  test('of boxes over each other the smallest is hit', () => {
    const boxes = [
      [0, 0, 200, 200],
      [50, 50, 40, 40],
      [45, 45, 90, 90],
    ] as const;
    assert.equal(boxAt(boxes, { x: 60, y: 60 }), 1);
    assert.equal(boxAt(boxes, { x: 120, y: 120 }), 2);
    assert.equal(boxAt(boxes, { x: 300, y: 1 }), -1);
  });

  test('overlap is intersection over union', () => {
    assert.equal(overlap([0, 0, 10, 10], [5, 0, 10, 10]), 50 / 150);
    assert.equal(overlap([0, 0, 10, 10], [10, 0, 10, 10]), 0);
    assert.equal(overlap([3, 4, 10, 10], [3, 4, 10, 10]), 1);
  });
});

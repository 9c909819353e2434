/** Expected numbers are those of NanoTrack's own formulas in numpy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, extentOf, GRID } from '../../../../../../pipeline/domain/models/nanotrack/choose.ts';

const places = GRID * GRID;
const square = { width: 80, height: 80 };

/** Boxes of 80 x 80 at every place, all as likely. */
const even = () => ({
  classes: new Float32Array(2 * places),
  distances: new Float32Array(4 * places).fill(40),
});

test('choose - where all is alike, the middle is taken', () => {
  const { offset, size, score, rate } = choose(even(), square);
  assert.deepEqual([offset, size, score], [{ x: 0, y: 0 }, square, 0.5]);
  assert.ok(Math.abs(rate - 0.174) < 1e-12);
});

test('choose - the likeliest place near the middle is preferred to a surer one at the edge', () => {
  const answers = even();
  answers.classes[places + 112] = -8; // not in the middle
  answers.classes[places + 20] = 9; // for certain in a corner
  assert.deepEqual(choose(answers, square).offset, { x: 0, y: -16 });
});

test('choose - an answer of another size or shape must be surer', () => {
  const answers = even();
  for (let side = 0; side < 4; side++) answers.distances[side * places + 112] = 160;
  assert.notDeepEqual(choose(answers, square).size, { width: 320, height: 320 });
  answers.classes[places + 112] = 20;
  answers.classes.fill(2, 0, places);
  answers.classes[112] = 0;
  assert.deepEqual(choose(answers, square).size, { width: 320, height: 320 });
});

test('choose - numbers of a wave of answers', () => {
  const wave = (length: number, mean: number, swing: number, step: number) =>
    Float32Array.from({ length }, (_, i) => mean + swing * Math.sin(i * step));
  const answers = { classes: wave(2 * places, 0, 3, 1.7), distances: wave(4 * places, 50, 30, 0.37) };
  const { offset, size, score, rate } = choose(answers, { width: 80, height: 60 });
  const found = [offset.x, offset.y, size.width, size.height, score, rate];
  const expected = [40.69706, 17.0853, 99.92488, 100.10876, 0.90541, 0.27776];
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${found}`);
  });
});

test('choose - the square of a box has half of both its sides around it', () => {
  assert.equal(extentOf({ width: 60, height: 60 }), 120);
  assert.equal(extentOf({ width: 100, height: 20 }), Math.sqrt(160 * 80));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../../../pipeline/domain/vision/box.ts';
import { changeAround, displacement, type Grey } from '../../../../stages/tracker/difference.ts';
import { random } from '../../../fixtures/simulated-clip.ts';

const size = 200;
const threshold = 12;

/** A region of one grey level with rectangles on it. */
function scene(...rectangles: readonly [box: Box, grey: number][]): Grey {
  const data = new Uint8Array(size * size).fill(90);
  for (const [[x, y, w, h], grey] of rectangles) {
    for (let row = y; row < y + h; row++) data.fill(grey, row * size + x, row * size + x + w);
  }
  return { data, width: size, height: size };
}

function noisy(grey: Grey, seed: number, most: number): Grey {
  const dice = random(seed);
  return { ...grey, data: grey.data.map((level) => level + Math.round(2 * most * dice() - most)) };
}

function step(previous: Grey, current: Grey, box: Box) {
  return displacement(changeAround(previous, current, box, threshold));
}

const animal: Box = [80, 60, 40, 50];
const moved = (dx: number, dy: number): Box => [animal[0] + dx, animal[1] + dy, animal[2], animal[3]];

for (const [name, dx, dy] of [
  ['right', 7, 0],
  ['left', -7, 0],
  ['down', 0, 6],
  ['up', 0, -6],
  ['right and down', 5, 8],
] as const) {
  test(`difference - moves ${name}, as far as the animal went`, () => {
    assert.deepEqual(step(scene([animal, 150]), scene([moved(dx, dy), 150]), animal), { dx, dy });
  });
}

test('difference - counts the pixels of each strip, how far they reach, and those inside that half of the box', () => {
  const change = changeAround(scene([animal, 150]), scene([moved(7, 0), 150]), animal, threshold);
  assert.deepEqual(change.right, { count: 7 * 50, reach: 7, inside: 0 });
  assert.deepEqual(change.left, { count: 0, reach: 0, inside: 7 * 50 });
  assert.deepEqual(change.up, { count: 0, reach: 0, inside: 7 * 25 });
  assert.equal(change.everywhere, (7 * 50) / (size * size - 40 * 50));
});

test('difference - holds where nothing changed', () => {
  assert.equal(step(scene([animal, 150]), scene([animal, 150]), animal), null);
});

test('difference - holds where both sides changed alike', () => {
  const wider: Box = [animal[0] - 6, animal[1], animal[2] + 12, animal[3]];
  assert.equal(step(scene([animal, 150]), scene([wider, 150]), animal), null);
});

test('difference - holds where a limb is put out and nothing is uncovered behind', () => {
  const head: Box = [120, 62, 9, 14];
  assert.equal(step(scene([animal, 150]), scene([animal, 150], [head, 150]), animal), null);
});

test('difference - holds where something moves beside the animal, apart from it', () => {
  const bird: Box = [131, 60, 8, 50];
  assert.equal(step(scene([animal, 150]), scene([animal, 150], [bird, 30]), animal), null);
});

test('difference - does not take what moves apart from the animal for a part of it', () => {
  const bird: Box = [130, 60, 2, 50];
  const step3 = step(scene([animal, 150]), scene([moved(3, 0), 150], [bird, 30]), animal);
  assert.deepEqual(step3, { dx: 3, dy: 0 });
});

test('difference - holds where the animal stirs all over, to both sides alike', () => {
  const wider: Box = [animal[0] - 6, animal[1], animal[2] + 12, animal[3]];
  assert.equal(step(scene([animal, 150]), scene([wider, 120]), animal), null);
});

test('difference - holds in noise, and still sees the animal move in it', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const before = noisy(scene([animal, 170]), seed, 12);
    assert.equal(step(before, noisy(scene([animal, 170]), seed + 100, 12), animal), null, `seed ${seed}`);
    const after = noisy(scene([moved(8, 0), 170]), seed + 100, 12);
    assert.deepEqual(step(before, after, animal), { dx: 8, dy: 0 }, `seed ${seed}`);
  }
});

test('difference - does not mind that everything became lighter, and sees the animal move all the same', () => {
  const lighter = (grey: Grey): Grey => ({ ...grey, data: grey.data.map((level) => level + 40) });
  assert.equal(step(scene([animal, 150]), lighter(scene([animal, 150])), animal), null);
  assert.deepEqual(step(scene([animal, 150]), lighter(scene([moved(7, 0), 150])), animal), { dx: 7, dy: 0 });
});

test('difference - holds where the picture changed all over, as when a lamp goes on', () => {
  const lit: Box = [100, 0, 100, 200];
  const change = changeAround(scene([animal, 150]), scene([lit, 220], [moved(7, 0), 150]), animal, threshold);
  assert.ok(change.everywhere > 0.25);
  assert.equal(displacement(change), null);
});

test('difference - looks at what there is of the strips where the box is at the edge of the region', () => {
  const atEdge: Box = [0, 60, 40, 50];
  assert.deepEqual(step(scene([atEdge, 150]), scene([[6, 60, 40, 50], 150]), atEdge), { dx: 6, dy: 0 });
  assert.equal(step(scene(), scene([[0, 0, size, size], 150]), [0, 0, size, size]), null);
});

/** Which positions answer for a box, and what that costs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionsOf } from '../../../../../pipeline/domain/models/detector/decode.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { assign, type Target } from '../../../../../stages/trainer/detector/assign.ts';
import { detectionLoss } from '../../../../../stages/trainer/detector/loss.ts';

const target = (box: Box, weight = 1, label = 0): Target => ({ box, label, weight });

test('assign - positions inside a box and near its centre answer for it, and no others', () => {
  const positions = positionsOf(128, [16]);
  const raw = rawOf(positions.length, 1);
  const taken = assign(raw, 6, positions, [target([32, 32, 64, 64])]);
  assert.ok(taken.length >= 1);
  for (const { position } of taken) {
    const { x, y } = positions[position]!;
    assert.ok(x >= 2 && x < 6 && y >= 2 && y < 6, `cell ${x}, ${y}`);
  }
});

test('assign - a box smaller than a cell still gets a position', () => {
  const positions = positionsOf(128, [32]);
  assert.equal(assign(rawOf(positions.length, 1), 6, positions, [target([50, 50, 3, 3])]).length, 1);
});

test('assign - a position answers for one box only, and a box of no weight gets none', () => {
  const positions = positionsOf(64, [32]);
  const raw = rawOf(positions.length, 1);
  const two = assign(raw, 6, positions, [target([0, 0, 40, 40]), target([4, 4, 40, 40])]);
  assert.equal(new Set(two.map(({ position }) => position)).size, two.length);
  assert.deepEqual(assign(raw, 6, positions, [target([0, 0, 40, 40], 0)]), []);
});

test('loss - its gradient is what differences of its value say', () => {
  const positions = positionsOf(64, [16, 32]);
  const random = seededRandom(3);
  const raw = Float32Array.from({ length: 2 * positions.length * 7 }, () => 0.4 * random.normal());
  const targets = [
    [target([5, 7, 30, 40]), target([30, 20, 30, 20], 0.5, 1)],
    [target([10, 30, 20, 20], 1, 1)],
  ];
  const { gradient, total } = detectionLoss(raw, positions, targets, 2);
  assert.ok(total > 0);
  let checked = 0;
  for (let i = 0; i < raw.length; i += 1) {
    if (i % 7 >= 5) continue; // the class target is the overlap itself, which counts as given
    const step = 1e-3;
    const at = (value: number) => {
      const moved = raw.slice();
      moved[i] = value;
      const { box, objectness } = detectionLoss(moved, positions, targets, 2);
      return box + objectness;
    };
    const slope = (at(raw[i]! + step) - at(raw[i]! - step)) / (2 * step);
    if (Math.abs(slope) > 0.05) checked += 1;
    assert.ok(
      Math.abs(slope - gradient[i]!) < 0.002 + 0.02 * Math.abs(slope),
      `${i}: ${slope} ${gradient[i]}`,
    );
  }
  assert.ok(checked > 10, `${checked} slopes that matter`);
});

test('loss - nothing is learnt inside a box of no weight', () => {
  const positions = positionsOf(64, [16]);
  const raw = rawOf(positions.length, 1);
  const { gradient } = detectionLoss(raw, positions, [[target([16, 16, 32, 32], 0)]], 1);
  positions.forEach(({ x, y }, p) => {
    const inside = x >= 1 && x < 3 && y >= 1 && y < 3;
    assert.equal(gradient[p * 6 + 4] === 0, inside, `cell ${x}, ${y}`);
  });
});

test('loss - where an automatic box lies counts less, that it is there as much', () => {
  const positions = positionsOf(64, [16]);
  const raw = rawOf(positions.length, 1);
  const drawn = target([16, 16, 32, 32]);
  const lossOf = (placement: number) => detectionLoss(raw, positions, [[{ ...drawn, placement }]], 1);
  const [full, quarter] = [lossOf(1), lossOf(0.25)];
  assert.ok(full.box > 0 && Math.abs(quarter.box - full.box / 4) < 1e-6);
  assert.deepEqual([quarter.objectness, quarter.class], [full.objectness, full.class]);
  full.gradient.forEach((slope, i) => {
    const share = i % 6 < 4 ? 0.25 : 1;
    assert.ok(Math.abs(quarter.gradient[i]! - share * slope) < 1e-6, `${i}`);
  });
});

test('loss - where an object is seen that is none of the classes, they learn so', () => {
  const positions = positionsOf(64, [16]);
  const raw = rawOf(positions.length, 1);
  const seen = 15; // outside the box
  positions.forEach((_, p) => {
    raw[p * 6 + 4] = p === seen ? 2 : -8;
  });
  const { gradient } = detectionLoss(raw, positions, [[target([0, 0, 32, 32])]], 1);
  positions.forEach(({ x, y }, p) => {
    if (x < 2 && y < 2) return;
    assert.equal(gradient[p * 6 + 5]! > 0, p === seen, `cell ${x}, ${y}`);
  });
});

function rawOf(positions: number, classes: number): Float32Array {
  return new Float32Array(positions * (5 + classes));
}

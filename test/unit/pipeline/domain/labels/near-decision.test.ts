import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LabelPlace, nearestDecision } from '../../../../../pipeline/domain/labels/near-decision.ts';

function place(frame: number, risk: number, rest: Partial<LabelPlace> = {}): LabelPlace {
  return { clip: 'a', track: 1, frame, cause: 'detected', risk, ...rest };
}

/** Frames of the chosen ones. */
function framesOf(labels: readonly LabelPlace[], count: number, apart = 5): number[] {
  const options = { placeOf: (label: LabelPlace) => label, acceptBelow: 0.6, apart };
  return nearestDecision(labels, count, options).map(({ frame }) => frame);
}

const run = (from: number, to: number, riskAt: (frame: number) => number, rest: Partial<LabelPlace> = {}) =>
  Array.from({ length: to - from }, (_, i) => place(from + i, riskAt(from + i), rest));

test('near decision - what is rejected anyway comes after what could as well be accepted', () => {
  const labels = [place(0, 0.99), place(100, 0.05), place(200, 0.58), place(300, 0.65), place(400, 0.9)];
  assert.deepEqual(
    framesOf(
      labels.map((label, i) => ({ ...label, track: i + 1 })),
      3,
    ),
    [200, 300, 400],
  );
});

test('near decision - a long stretch that is rejected gives one label, not eight alike', () => {
  const rejected = run(0, 300, (frame) => 0.95 - frame / 10_000, { cause: 'held' });
  const sure = run(300, 600, () => 0.1);
  assert.deepEqual(framesOf([...rejected, ...sure], 8), [299, 304]);
});

test('near decision - stretches end where the cause, the side of the bound or the track changes', () => {
  const labels = [
    ...run(0, 20, () => 0.55),
    ...run(20, 40, () => 0.65),
    ...run(40, 60, () => 0.65, { cause: 'moved' }),
    ...run(0, 20, () => 0.55, { clip: 'b' }),
  ];
  assert.deepEqual(
    framesOf(labels, 9).toSorted((a, b) => a - b),
    [0, 0, 20, 40],
  );
});

test('near decision - two stretches side by side give two frames that are apart', () => {
  const labels = [...run(0, 10, (frame) => 0.5 + frame / 100), ...run(10, 30, () => 0.61)];
  const [first, second] = framesOf(labels, 2, 8);
  assert.ok(first !== undefined && second !== undefined && Math.abs(first - second) >= 8);
});

test('near decision - of nothing nothing is chosen', () => {
  assert.deepEqual(framesOf([], 4), []);
  assert.deepEqual(framesOf([place(0, 0.5)], 0), []);
});

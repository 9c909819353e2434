import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worthOfLooking } from '../../../../../pipeline/domain/labels/worth.ts';

const labels = (count: number, risk: number, pending = true) =>
  Array.from({ length: count }, () => ({ risk, pending }));
const worth = (...groups: ReturnType<typeof labels>[]) => worthOfLooking(groups.flat(), 0.6);

test('worth - a whole track near the decision comes before a lone frame there', () => {
  assert.ok(worth(labels(100, 0.5)) > worth(labels(99, 0.05), labels(1, 0.59)));
});

test('worth - what is sure either way comes last', () => {
  assert.ok(worth(labels(10, 0.55)) > worth(labels(10, 0.98)));
  assert.ok(worth(labels(10, 0.55)) > worth(labels(10, 0.02)));
});

test('worth - what was decided is worth nothing more', () => {
  assert.equal(worth(labels(50, 0.5, false)), 0);
  assert.ok(Math.abs(worth(labels(50, 0.5, false), labels(2, 0.7)) - 0.6) < 1e-9);
});

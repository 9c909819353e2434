import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign } from '../../../../../pipeline/domain/statistics/assignment.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';

const costOf = (costs: number[][], pairs: readonly (readonly [number, number])[]) =>
  pairs.reduce((sum, [row, column]) => sum + costs[row]![column]!, 0);

/** Least cost of all ways to give rows, from one on, columns that are left. */
function leastByTrying(costs: number[][], row = 0, taken: readonly number[] = []): number {
  if (row === costs.length) return 0;
  const columns = costs[0]!.keys();
  const ways = [...columns]
    .filter((column) => !taken.includes(column))
    .map((column) => costs[row]![column]! + leastByTrying(costs, row + 1, [...taken, column]));
  return Math.min(...ways);
}

test('assignment - the cheapest for all, not the cheapest for the first', () => {
  const costs = [
    [1, 2],
    [1, 9],
  ];
  assert.deepEqual(assign(costs), [
    [0, 1],
    [1, 0],
  ]);
});

test('assignment - costs no more than any other, on matrices of all shapes', () => {
  const random = seededRandom(4);
  for (let i = 0; i < 300; i++) {
    const [rows, columns] = [1 + Math.floor(random.next() * 5), 1 + Math.floor(random.next() * 6)];
    // Whole numbers: many are equal, as overlaps of 0 are.
    const costs = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => Math.floor(random.between(-4, 4))),
    );
    const pairs = assign(costs);
    assert.equal(pairs.length, Math.min(rows, columns));
    assert.equal(new Set(pairs.map(([row]) => row)).size, pairs.length);
    assert.equal(new Set(pairs.map(([, column]) => column)).size, pairs.length);
    const wide = rows <= columns ? costs : costs[0]!.map((_, column) => costs.map((row) => row[column]!));
    assert.equal(costOf(costs, pairs), leastByTrying(wide), JSON.stringify(costs));
  }
});

test('assignment - nothing to give', () => {
  assert.deepEqual([assign([]), assign([[], []])], [[], []]);
});

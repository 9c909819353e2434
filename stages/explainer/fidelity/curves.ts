/** In which order a map takes a picture apart, and what a score's fall or rise along the way is worth. */
import { seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import type { HeatMap } from '../maps.ts';

/** Cells by falling value; equal ones in an order of chance, the same each time, not row by row. */
export function byImportance({ values }: HeatMap): number[] {
  const random = seededRandom(11);
  const tie = Float64Array.from(values, () => random.next());
  return [...values.keys()].sort((a, b) => values[b]! - values[a]! || tie[a]! - tie[b]!);
}

/** 1 at the first `count` of the cells, 0 elsewhere. */
export function firstOf(order: readonly number[], count: number, total: number): Float32Array {
  const chosen = new Float32Array(total);
  for (const cell of order.slice(0, count)) chosen[cell] = 1;
  return chosen;
}

/** Area under a curve whose points are evenly apart over 0..1: trapezoids. @param values at least two */
export function areaUnder(values: readonly number[]): number {
  const inner = values.reduce((sum, value) => sum + value, 0) - (values[0]! + values.at(-1)!) / 2;
  return inner / (values.length - 1);
}

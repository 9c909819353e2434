/**
 * D-RISE (Petsiuk et al. 2021, arXiv 2006.03204), RISE for detectors: hide random parts of the picture and see when the
 * box is still found. It looks at nothing inside the network: the reference for the methods that do.
 */
import { mean } from 'simple-statistics';
import { type Random, seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import type { Probe } from '../case.ts';
import { type HeatMap, relu } from '../maps.ts';
import { plain, scoresThrough } from '../masks.ts';

/** How many masks, and what they look like. */
export interface DRiseOptions {
  readonly masks: number;
  /** Cells of a mask's grid along a side; the paper has 16 for 5,000 masks, fewer masks need coarser ones. */
  readonly grid: number;
  /** Share of the cells that show the picture. */
  readonly shownShare: number;
  readonly seed: number;
}

/** px a cell of the map: far finer than the grid, which is smoothed. */
const pxPerCell = 8;

/**
 * `ReLU(Σ_i (s_i - s̄) M_i / Σ_i M_i)`: the paper's sum of masks weighted by score, less what an even map has, which
 * steadies it where masks are few.
 *
 * @returns over the whole square, a cell for 8 x 8 px
 */
export async function dRise(probe: Probe, { masks, grid, shownShare, seed }: DRiseOptions): Promise<HeatMap> {
  const random = seededRandom(seed);
  const cells = Math.ceil(probe.side / pxPerCell);
  const drawn = Array.from({ length: masks }, () => randomMask(random, cells, grid, shownShare));
  const instead = plain(probe);
  try {
    return relu(weighted(drawn, await scoresThrough(probe, drawn, instead, 'soft')));
  } finally {
    instead.dispose();
  }
}

/** Each cell's mean score above the mean of all. @param masks at least one, all of one size */
export function weighted(masks: readonly HeatMap[], scores: Float32Array): HeatMap {
  const { width, height } = masks[0]!;
  const meanScore = mean([...scores]);
  const [above, shown] = [new Float64Array(width * height), new Float64Array(width * height)];
  masks.forEach(({ values }, i) => {
    values.forEach((value, at) => {
      above[at]! += value * (scores[i]! - meanScore);
      shown[at]! += value;
    });
  });
  return { values: Float32Array.from(above, (sum, at) => (shown[at] ? sum / shown[at] : 0)), width, height };
}

/** A random grid, smoothed and shifted by part of a cell, so that its edges lie anywhere. 0..1 */
export function randomMask(random: Random, side: number, grid: number, shownShare: number): HeatMap {
  const across = grid + 2; // one more for the shift, one to smooth towards
  const bits = Float32Array.from({ length: across * across }, () => (random.next() < shownShare ? 1 : 0));
  const [left, top] = [random.next(), random.next()];
  const step = grid / side;
  const at = (x: number, y: number) => bits[y * across + x]!;
  const values = Float32Array.from({ length: side * side }, (_, i) => {
    const x = left + (i % side) * step;
    const y = top + Math.trunc(i / side) * step;
    const [x0, y0] = [Math.trunc(x), Math.trunc(y)];
    const above = at(x0, y0) + (at(x0 + 1, y0) - at(x0, y0)) * (x - x0);
    const below = at(x0, y0 + 1) + (at(x0 + 1, y0 + 1) - at(x0, y0 + 1)) * (x - x0);
    return above + (below - above) * (y - y0);
  });
  return { values, width: side, height: side };
}

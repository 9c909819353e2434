/**
 * Which found box counts for which truth box in one picture, as COCO's evaluation decides it.
 * Follows `COCOeval.evaluateImg` of pycocotools 2.0 without crowds (truth here has none).
 */
import { area, type Box, iou } from '../vision/box.ts';

/** The ten IoU thresholds 0.5, 0.55 … 0.95, computed as numpy's `linspace` does so that ties fall alike. */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5,
);

/** At most this many boxes of a class count in a picture, best scores first. */
const maxFound = 100;

/** Areas in square pixels, both ends included. */
export type AreaRange = readonly [from: number, to: number];

/** COCO's sizes: small up to 32 x 32 px, large from 96 x 96 px. */
export const areaRanges = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Record<string, AreaRange>;

/** A found box, px. */
export interface ScoredBox {
  readonly box: Box;
  readonly score: number;
}

/** One class in one picture, ready to be matched in every area range. */
export interface Pair {
  readonly truth: readonly Box[];
  /** Best score first, equal scores in the order given, at most 100. */
  readonly found: readonly ScoredBox[];
  /** `[found][truth]` */
  readonly ious: readonly (readonly number[])[];
}

/** All overlaps of one class in one picture. */
export function pair(truth: readonly Box[], found: readonly ScoredBox[]): Pair {
  const best = found.toSorted((a, b) => b.score - a.score).slice(0, maxFound);
  return { truth, found: best, ious: best.map((f) => truth.map((t) => iou(f.box, t))) };
}

/** What became of each found box at each threshold. */
export interface Matching {
  /** Truth boxes that count (inside the area range). */
  readonly truths: number;
  readonly scores: readonly number[];
  /** `[threshold][found]`: a hit, a miss, or left out of the count (it belongs to another size). */
  readonly outcomes: readonly (readonly MatchOutcome[])[];
}

export type MatchOutcome = 'hit' | 'miss' | 'ignored';

/** Matches found boxes to truth boxes at every threshold, for truth boxes of one size. */
export function match({ truth, found, ious }: Pair, [from, to]: AreaRange): Matching {
  const outside = (box: Box) => area(box) < from || area(box) > to;
  const ignored = truth.map(outside);
  // Truth boxes that count come first: a found box takes one of the others only when none of these fits.
  const order = truth.map((_, g) => g).sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
  const outcomes = iouThresholds.map((threshold) => {
    const taken = new Set<number>();
    return found.map(({ box }, d): MatchOutcome => {
      const g = choose(ious[d]!, order, ignored, taken, threshold);
      if (g === undefined) return outside(box) ? 'ignored' : 'miss';
      taken.add(g);
      return ignored[g] ? 'ignored' : 'hit';
    });
  });
  return {
    truths: ignored.filter((no) => !no).length,
    scores: found.map(({ score }) => score),
    outcomes,
  };
}

/** The free truth box of highest IoU at or above the threshold; of equal ones the last. */
function choose(
  ious: readonly number[],
  order: readonly number[],
  ignored: readonly boolean[],
  taken: ReadonlySet<number>,
  threshold: number,
): number | undefined {
  let best = threshold;
  let chosen: number | undefined;
  for (const g of order) {
    if (taken.has(g)) continue;
    if (chosen !== undefined && !ignored[chosen] && ignored[g]) break;
    if (ious[g]! < best) continue;
    best = ious[g]!;
    chosen = g;
  }
  return chosen;
}

/**
 * Scores of a detector as COCO defines them: average precision by 101-point interpolation at ten IoU
 * thresholds, at most 100 boxes a picture, by size of the animal. Equal to `COCOeval` of pycocotools 2.0.
 */
import { meanOrNull } from '../statistics/mean-or-null.ts';
import type { Box } from '../vision/box.ts';
import {
  type AreaRange,
  areaRanges,
  iouThresholds,
  type Matching,
  match,
  type Pair,
  pair,
} from './coco-matching.ts';

/** A picture: what is there, and what was found; boxes in px. */
export interface ScoredImage {
  readonly truth: readonly { readonly box: Box; readonly label: string }[];
  readonly found: readonly { readonly box: Box; readonly label: string; readonly score: number }[];
}

/** One point of a precision-recall curve; all in 0..1. */
export interface CurvePoint {
  readonly recall: number;
  readonly precision: number;
  /** The detector's score at which this recall is reached; 0 where it never is. */
  readonly score: number;
}

/** Everything in 0..1. Means over classes are over those with truth; found boxes of other labels do not count. */
export interface DetectionScores {
  /** How many pictures and truth boxes the figures rest on; with no truth every figure is 0 or null. */
  readonly images: number;
  readonly truths: number;
  readonly ap50: number;
  readonly ap50_95: number;
  /**
   * Mean over truth boxes. A picture with k truth boxes of a label lets in its k best-scoring found boxes of
   * that label, best first; each takes the free truth box it overlaps most. A truth box that none took is 0.
   */
  readonly meanIoU: number;
  /** Average recall over the ten thresholds, at most 100 boxes a picture (COCO's AR@100). */
  readonly recall: number;
  readonly recall50: number;
  /** AP50:95 by area of the truth box; null where no truth box has the size. */
  readonly bySize: {
    readonly small: number | null;
    readonly medium: number | null;
    readonly large: number | null;
  };
  /** AP50 by label. */
  readonly perClass: Readonly<Record<string, number>>;
  /** At IoU 0.5, mean over classes, at recall 0, 0.01 … 1. */
  readonly curve: readonly CurvePoint[];
}

/** Scores over all pictures, equal to `COCOeval` of pycocotools. */
export function detectionScores(images: readonly ScoredImage[]): DetectionScores {
  const labels = [...new Set(images.flatMap(({ truth }) => truth.map(({ label }) => label)))].sort();
  const pairs = new Map(labels.map((label) => [label, images.map((image) => pairOfLabel(image, label))]));
  const all = labels.map((label) => accumulate(pairs.get(label)!, areaRanges.all));
  const at50 = all.map((byThreshold) => byThreshold?.[0] ?? emptyCurve);
  return {
    images: images.length,
    truths: images.reduce((sum, { truth }) => sum + truth.length, 0),
    ap50: meanOrNull(at50.map(averagePrecision)) ?? 0,
    ap50_95: meanPrecision(all) ?? 0,
    meanIoU: meanIoU([...pairs.values()].flat()),
    recall: meanOrNull(all.flatMap((byThreshold) => byThreshold ?? []).map(({ recall }) => recall)) ?? 0,
    recall50: meanOrNull(at50.map(({ recall }) => recall)) ?? 0,
    bySize: {
      small: meanPrecision(labels.map((label) => accumulate(pairs.get(label)!, areaRanges.small))),
      medium: meanPrecision(labels.map((label) => accumulate(pairs.get(label)!, areaRanges.medium))),
      large: meanPrecision(labels.map((label) => accumulate(pairs.get(label)!, areaRanges.large))),
    },
    perClass: Object.fromEntries(labels.map((label, i) => [label, averagePrecision(at50[i]!)])),
    curve: recallPoints.map((recall, r) => ({
      recall,
      precision: meanOrNull(at50.map(({ precision }) => precision[r]!)) ?? 0,
      score: meanOrNull(at50.map(({ score }) => score[r]!)) ?? 0,
    })),
  };
}

/** Recall 0, 0.01 … 1, as numpy's `linspace` gives them. */
const recallPoints: readonly number[] = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));

/** A class at one threshold: precision and score at each of the recall points, and the recall reached. */
interface Curve {
  readonly precision: readonly number[];
  readonly score: readonly number[];
  readonly recall: number;
}

const emptyCurve: Curve = {
  precision: recallPoints.map(() => 0),
  score: recallPoints.map(() => 0),
  recall: 0,
};

function pairOfLabel({ truth, found }: ScoredImage, label: string): Pair {
  return pair(
    truth.filter((t) => t.label === label).map(({ box }) => box),
    found.filter((f) => f.label === label),
  );
}

/** One curve for each IoU threshold; null where no truth box is in the area range. */
function accumulate(pairs: readonly Pair[], range: AreaRange): readonly Curve[] | null {
  const matchings = pairs.map((p) => match(p, range));
  const truths = matchings.reduce((sum, m) => sum + m.truths, 0);
  if (truths === 0) return null;
  // Best score first over all pictures; equal scores stay in the order of the pictures (a stable sort).
  const ranked = matchings
    .flatMap((matching) => matching.scores.map((score, d) => ({ matching, score, d })))
    .sort((a, b) => b.score - a.score);
  return iouThresholds.map((_, t) => curveOf(ranked, t, truths));
}

function curveOf(
  ranked: readonly { matching: Matching; score: number; d: number }[],
  threshold: number,
  truths: number,
): Curve {
  const recalls: number[] = [];
  const precisions: number[] = [];
  let hits = 0;
  let misses = 0;
  for (const { matching, d } of ranked) {
    const outcome = matching.outcomes[threshold]![d];
    if (outcome === 'hit') hits += 1;
    else if (outcome === 'miss') misses += 1;
    recalls.push(hits / truths);
    precisions.push(hits / (hits + misses + Number.EPSILON));
  }
  // The envelope: precision at a recall is the best at this or any higher recall.
  for (let i = precisions.length - 1; i > 0; i -= 1) {
    precisions[i - 1] = Math.max(precisions[i - 1]!, precisions[i]!);
  }
  const precision: number[] = [];
  const score: number[] = [];
  let i = 0;
  for (const recall of recallPoints) {
    while (i < recalls.length && recalls[i]! < recall) i += 1;
    precision.push(precisions[i] ?? 0);
    score.push(ranked[i]?.score ?? 0);
  }
  return { precision, score, recall: recalls.at(-1) ?? 0 };
}

function averagePrecision({ precision }: Curve): number {
  return meanOrNull(precision) ?? 0;
}

function meanPrecision(classes: readonly (readonly Curve[] | null)[]): number | null {
  return meanOrNull(classes.flatMap((byThreshold) => byThreshold ?? []).map(averagePrecision));
}

function meanIoU(pairs: readonly Pair[]): number {
  const ious = pairs.flatMap(({ truth, ious }) => {
    const won = truth.map(() => 0);
    for (const row of ious.slice(0, truth.length)) {
      const free = row.map((value, g) => (won[g] === 0 ? value : 0));
      const best = Math.max(...free);
      if (best > 0) won[free.indexOf(best)] = best;
    }
    return won;
  });
  return meanOrNull(ious) ?? 0;
}

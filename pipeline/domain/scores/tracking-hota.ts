/** HOTA: detection and association weighed alike, over nineteen thresholds of overlap. */

import { munkres } from 'munkres';
import { mean } from 'simple-statistics';
import type { TrackingFrames } from './tracking.ts';

/** Means over the thresholds, 0..1. */
export interface Hota {
  /** Geometric mean of the next two, at each threshold. */
  readonly hota: number;
  /** Matched boxes, of all that are true or labelled. */
  readonly detA: number;
  /** Of a matched box: how much of its two tracks is matched with each other. */
  readonly assA: number;
  /** Mean overlap of matched boxes. */
  readonly locA: number;
}

/** 0.05, 0.1 … 0.95, as numpy's `arange` makes them. */
const thresholds = Array.from({ length: 19 }, (_, i) => 0.05 + i * 0.05);
const epsilon = Number.EPSILON;

export function hota(compared: TrackingFrames): Hota {
  const { truthBoxes, labelBoxes, alignment } = align(compared);
  const truths = truthBoxes.reduce((sum, boxes) => sum + boxes, 0);
  const labels = labelBoxes.reduce((sum, boxes) => sum + boxes, 0);
  if (truths === 0 || labels === 0) return { hota: 0, detA: 0, assA: 0, locA: 1 };
  const matchedIoUs = thresholds.map(() => 0);
  const matches = thresholds.map(() => matrix(compared.truthTracks, compared.labelTracks));
  for (const { truths, labels, ious } of compared.frames) {
    const costs = truths.map((t, i) => labels.map((l, j) => -alignment[t]![l]! * ious[i]![j]!));
    for (const [i, j] of munkres(costs)) {
      for (const [at, threshold] of thresholds.entries()) {
        if (ious[i]![j]! < threshold - epsilon) break;
        matchedIoUs[at]! += ious[i]![j]!;
        matches[at]![truths[i]!]![labels[j]!]! += 1;
      }
    }
  }
  const at = matches.map((matched, i) => {
    let [found, associated] = [0, 0];
    for (const [t, row] of matched.entries()) {
      for (const [l, count] of row.entries()) {
        found += count;
        associated += (count * count) / Math.max(1, truthBoxes[t]! + labelBoxes[l]! - count);
      }
    }
    const detA = found / (truths + labels - found);
    const assA = associated / Math.max(1, found);
    const locA = Math.max(1e-10, matchedIoUs[i]!) / Math.max(1e-10, found);
    return { hota: Math.sqrt(detA * assA), detA, assA, locA };
  });
  return {
    hota: mean(at.map((scores) => scores.hota)),
    detA: mean(at.map(({ detA }) => detA)),
    assA: mean(at.map(({ assA }) => assA)),
    locA: mean(at.map(({ locA }) => locA)),
  };
}

/** Boxes of each track, and `[truth][label]` how much two tracks belong together over all frames. */
function align({ frames, truthTracks, labelTracks }: TrackingFrames) {
  const [truthBoxes, labelBoxes] = [zeros(truthTracks), zeros(labelTracks)];
  const together = matrix(truthTracks, labelTracks);
  for (const { truths, labels, ious } of frames) {
    for (const t of truths) truthBoxes[t]! += 1;
    for (const l of labels) labelBoxes[l]! += 1;
    const byTruth = ious.map((row) => row.reduce((sum, value) => sum + value, 0));
    const byLabel = labels.map((_, j) => ious.reduce((sum, row) => sum + row[j]!, 0));
    for (const [i, t] of truths.entries()) {
      for (const [j, l] of labels.entries()) {
        const rest = byTruth[i]! + byLabel[j]! - ious[i]![j]!;
        if (rest > epsilon) together[t]![l]! += ious[i]![j]! / rest;
      }
    }
  }
  const alignment = together.map((row, t) =>
    row.map((both, l) => both / (truthBoxes[t]! + labelBoxes[l]! - both)),
  );
  return { truthBoxes, labelBoxes, alignment };
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

function matrix(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => zeros(columns));
}

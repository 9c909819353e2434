/** How good a tracker's labels are against truth: IoU, overall and by why each label is there. */

import { medianSorted } from 'simple-statistics';
import type { Cause } from '../../../schemas/terms.ts';
import { meanOrNull } from '../statistics/mean-or-null.ts';
import { type Box, iou } from '../vision/box.ts';
import { type TrackingScores, trackingScores } from './tracking.ts';

/** A true box on a frame. */
export interface TruthBox {
  /** Tells clips apart, the same in truth and labels. */
  readonly clip: string;
  readonly frame: number;
  /** Which animal, where the truth says. */
  readonly track?: string | number | undefined;
  /** null: on this frame there is nothing to find. */
  readonly box: Box | null;
}

/** A label on a frame. */
export interface LabelBox {
  readonly clip: string;
  readonly frame: number;
  readonly track: string | number;
  readonly box: Box;
  readonly cause: Cause;
}

/** Fractions and IoU are 0..1. */
export interface LabelScores {
  /** Frames that have truth, and truth boxes on them; labels on other frames count for nothing. */
  readonly frames: number;
  readonly truths: number;
  /** Mean over truth boxes; one that has no label of its own counts 0. */
  readonly meanIoU: number;
  readonly medianIoU: number;
  /** Part of the truth boxes with a label at IoU >= 0.5, and >= 0.75. */
  readonly within50: number;
  readonly within75: number;
  /** Truth boxes without a label of their own. */
  readonly missed: number;
  /** Labels that no truth box matches. */
  readonly extra: number;
  /** Frames with a truth box and no label at all. */
  readonly framesMissing: readonly { readonly clip: string; readonly frame: number }[];
  /** null where truth has no tracks. */
  readonly tracking: TrackingScores | null;
  readonly byCause: Readonly<Record<Cause, CauseScores>>;
}

/** Of the labels of one cause. */
export interface CauseScores {
  /** That a truth box matches, and how many of these at IoU >= 0.5. */
  readonly labels: number;
  readonly within50: number;
  /** Over these labels; null where there is none. */
  readonly meanIoU: number | null;
  /** That no truth box matches, on frames that have truth. */
  readonly extra: number;
}

interface Match {
  readonly truth: TruthBox;
  /** null where no label overlaps the truth box. */
  readonly label: LabelBox | null;
  readonly iou: number;
}

/**
 * On each frame truth and labels are paired one to one, highest IoU first.
 *
 * @param truth any frames, in any order; without `track` several boxes on a frame are several animals
 */
export function labelScores(truth: readonly TruthBox[], labels: readonly LabelBox[]): LabelScores {
  const frames = byFrame(truth);
  const labelled = byFrame(labels);
  const matches: Match[] = [];
  const framesMissing: { clip: string; frame: number }[] = [];
  const unmatched: LabelBox[] = [];
  for (const [key, truths] of frames) {
    const here = labelled.get(key) ?? [];
    const boxed = truths.filter(({ box }) => box !== null);
    const matched = pairUp(boxed, here);
    matches.push(...matched);
    const taken = new Set(matched.map(({ label }) => label));
    unmatched.push(...here.filter((label) => !taken.has(label)));
    if (boxed.length > 0 && here.length === 0)
      framesMissing.push({ clip: boxed[0]!.clip, frame: boxed[0]!.frame });
  }
  const ious = matches.map((match) => match.iou).sort((a, b) => a - b);
  return {
    frames: frames.size,
    truths: matches.length,
    meanIoU: meanOrNull(ious) ?? 0,
    medianIoU: ious.length === 0 ? 0 : medianSorted(ious),
    within50: meanOrNull(ious.map((value) => Number(value >= 0.5))) ?? 0,
    within75: meanOrNull(ious.map((value) => Number(value >= 0.75))) ?? 0,
    missed: matches.filter(({ label }) => label === null).length,
    extra: unmatched.length,
    framesMissing: framesMissing.sort((a, b) =>
      a.clip === b.clip ? a.frame - b.frame : a.clip < b.clip ? -1 : 1,
    ),
    tracking: trackingOf(truth, labels),
    byCause: {
      hand: ofCause('hand', matches, unmatched),
      detected: ofCause('detected', matches, unmatched),
      followed: ofCause('followed', matches, unmatched),
      interpolated: ofCause('interpolated', matches, unmatched),
      moved: ofCause('moved', matches, unmatched),
      held: ofCause('held', matches, unmatched),
    },
  };
}

function byFrame<T extends { readonly clip: string; readonly frame: number }>(
  boxes: readonly T[],
): Map<string, T[]> {
  const frames = new Map<string, T[]>();
  for (const box of boxes) {
    const key = `${box.clip}/${box.frame}`;
    const here = frames.get(key);
    if (here === undefined) frames.set(key, [box]);
    else here.push(box);
  }
  return frames;
}

function pairUp(truths: readonly TruthBox[], labels: readonly LabelBox[]): Match[] {
  const candidates = truths
    .flatMap((truth) => labels.map((label) => ({ truth, label, iou: iou(truth.box!, label.box) })))
    .filter((pair) => pair.iou > 0)
    .sort((a, b) => b.iou - a.iou);
  const taken = new Set<LabelBox>();
  const won = new Map<TruthBox, Match>();
  for (const pair of candidates) {
    if (won.has(pair.truth) || taken.has(pair.label)) continue;
    won.set(pair.truth, pair);
    taken.add(pair.label);
  }
  return truths.map((truth) => won.get(truth) ?? { truth, label: null, iou: 0 });
}

function trackingOf(truth: readonly TruthBox[], labels: readonly LabelBox[]): TrackingScores | null {
  const boxes = truth.flatMap(({ clip, frame, track, box }) =>
    track === undefined || box === null ? [] : [{ clip, frame, track, box }],
  );
  return boxes.length === 0 ? null : trackingScores(truth, boxes, labels);
}

function ofCause(cause: Cause, matches: readonly Match[], unmatched: readonly LabelBox[]): CauseScores {
  const ious = matches.filter(({ label }) => label?.cause === cause).map((match) => match.iou);
  return {
    labels: ious.length,
    within50: ious.filter((value) => value >= 0.5).length,
    meanIoU: meanOrNull(ious),
    extra: unmatched.filter((label) => label.cause === cause).length,
  };
}

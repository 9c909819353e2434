/**
 * How well animals are kept apart and followed: HOTA (Luiten et al. 2021, arXiv 2009.07736), IDF1 (Ristani et al. 2016)
 * and CLEAR's counts, each as TrackEval 1.3 computes it.
 */
import { type Box, iou } from '../vision/box.ts';
import { type Continuity, countContinuity } from './tracking-continuity.ts';
import { type Hota, hota } from './tracking-hota.ts';
import { countIdentities, type Identities } from './tracking-identity.ts';

/** A box of a track on a frame of a clip. */
export interface TrackedBox {
  readonly clip: string;
  readonly frame: number;
  readonly track: string | number;
  readonly box: Box;
}

/** Fractions are 0..1. */
export interface TrackingScores extends Hota, Identities, Continuity {}

/** One frame: which tracks are there, as numbers from 0 over all clips, and how much they overlap. */
export interface TrackingFrame {
  readonly truths: readonly number[];
  readonly labels: readonly number[];
  /** `[truth][label]` */
  readonly ious: readonly (readonly number[])[];
}

/** Frames in order, clip after clip. */
export interface TrackingFrames {
  readonly frames: readonly TrackingFrame[];
  /** Tracks of the truth. */
  readonly truthTracks: number;
  readonly labelTracks: number;
}

/** @param frames those that count: of these alone is known what is true of them; labels on others count for nothing */
export function trackingScores(
  frames: readonly { readonly clip: string; readonly frame: number }[],
  truth: readonly TrackedBox[],
  labels: readonly TrackedBox[],
): TrackingScores {
  const compared = compare(frames, truth, labels);
  return { ...hota(compared), ...countIdentities(compared), ...countContinuity(compared) };
}

function compare(
  frames: readonly { readonly clip: string; readonly frame: number }[],
  truth: readonly TrackedBox[],
  labels: readonly TrackedBox[],
): TrackingFrames {
  const [truths, labelled] = [byFrame(truth), byFrame(labels)];
  const [truthIds, labelIds] = [new Map<string, number>(), new Map<string, number>()];
  const ordered = [...new Map(frames.map((at) => [frameKey(at), at])).values()].sort((a, b) =>
    a.clip === b.clip ? a.frame - b.frame : a.clip < b.clip ? -1 : 1,
  );
  const compared = ordered.map((at): TrackingFrame => {
    const here = truths.get(frameKey(at)) ?? [];
    const found = labelled.get(frameKey(at)) ?? [];
    return {
      truths: here.map((box) => numberOf(truthIds, box)),
      labels: found.map((box) => numberOf(labelIds, box)),
      ious: here.map(({ box }) => found.map((other) => iou(box, other.box))),
    };
  });
  return { frames: compared, truthTracks: truthIds.size, labelTracks: labelIds.size };
}

function frameKey({ clip, frame }: { readonly clip: string; readonly frame: number }): string {
  return `${clip}/${frame}`;
}

function byFrame(boxes: readonly TrackedBox[]): Map<string, TrackedBox[]> {
  return Map.groupBy(boxes, frameKey);
}

function numberOf(known: Map<string, number>, { clip, track }: TrackedBox): number {
  const key = `${clip}/${track}`;
  const number = known.get(key) ?? known.size;
  known.set(key, number);
  return number;
}

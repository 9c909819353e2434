/** Which tracks of a clip may be the same animal. Pure. */
import type { TrackView } from '../../../../studio/api.ts';
import { overlap } from '../../canvas/box-edit.ts';
import { labelAt } from './runs.ts';

export interface Candidate {
  readonly track: TrackView;
  /** Share of the shorter track's frames on which both lie over each other. */
  readonly share: number;
  /** Frames between the end of one and the start of the other; 0 where they are there at once. */
  readonly gap: number;
}

/** Boxes of two tracks that overlap by this IoU are taken for one animal's. */
const SAME = 0.5;

/** The likeliest first: doubles, then what ends where the other begins. */
export function candidates(own: TrackView, others: Iterable<TrackView>): Candidate[] {
  const found = [...others]
    .filter(({ track, labels }) => track !== own.track && labels.length > 0)
    .map((track) => ({ track, share: sharedFrames(own, track), gap: gapBetween(own, track) }));
  return found.sort((a, b) => b.share - a.share || a.gap - b.gap);
}

function sharedFrames(a: TrackView, b: TrackView): number {
  const [short, long] = a.labels.length < b.labels.length ? [a, b] : [b, a];
  const shared = short.labels.filter(({ index, box }) => {
    const other = labelAt(long.labels, index);
    return other !== undefined && overlap(box, other.box) >= SAME;
  });
  return shared.length / Math.max(1, short.labels.length);
}

function gapBetween(a: TrackView, b: TrackView): number {
  const [firstA, lastA] = ends(a);
  const [firstB, lastB] = ends(b);
  return Math.max(0, firstB - lastA, firstA - lastB);
}

function ends({ labels }: TrackView): [number, number] {
  return [labels[0]?.index ?? 0, labels.at(-1)?.index ?? 0];
}

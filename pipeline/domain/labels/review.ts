/** The state of labels under review: the tracker's labels, folded with the log of decisions. */
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Track } from '../../../schemas/track.ts';
import type { Box } from '../vision/box.ts';
import type { LabelDoubt } from './doubt.ts';
import { standingDecisions } from './history.ts';
import { type Risk, risks, type TrackContext } from './risk.ts';

export type Review = 'pending' | 'accepted' | 'rejected' | 'corrected';

export interface ReviewedLabel {
  /** As the tracker gave it; its cause is never overwritten. */
  readonly track: Track;
  /** The animal it belongs to: the tracker's track, or the one that a person assigned it to. */
  readonly trackId: number;
  /** Its class: the tracker's, or the one that a person gave it. */
  readonly label: string;
  readonly risk: number;
  /** Why it is doubted, the heaviest first. */
  readonly doubts: readonly LabelDoubt[];
  readonly review: Review;
  /** The tracker's, or the corrected one. */
  readonly box: Box;
  /** Who decided last, and when. */
  readonly by: string | null;
  readonly at: string | null;
}

/** Whether a person drew the label or decided that it is right; automatic review confirms nothing. */
export function isConfirmed({ track: { cause }, review, by }: ReviewedLabel): boolean {
  return cause === 'hand' || ((review === 'accepted' || review === 'corrected') && by !== 'auto');
}

/** Whether it may be learned from: decided as good; what looks like a stone, by a person. */
export function isGood({ review, doubts, by }: ReviewedLabel): boolean {
  const isStone = doubts.some(({ kind }) => kind === 'stone');
  return (review === 'accepted' || review === 'corrected') && !(isStone && by === 'auto');
}

/**
 * Folds the log: for each label the last decision that stands wins. Who accepts a label that was corrected accepts the
 * correction.
 * @param labels of one track or several, in any order
 * @param log decisions in the order in which they were made, also those that were taken back
 * @param contextOf what is known of a track beside its labels, which it is given in frame order
 */
export function reviewed(
  labels: readonly Track[],
  log: readonly LabelReviewed[],
  contextOf: (track: readonly Track[]) => TrackContext = () => ({}),
): ReviewedLabel[] {
  const standing = Map.groupBy(standingDecisions(log), ({ track }) => track);
  const tracks = Map.groupBy(
    labels.toSorted((a, b) => a.index - b.index),
    (label) => label.track,
  );
  return [...tracks]
    .flatMap(([track, own]) => reviewedTrack(own, risks(own, contextOf(own)), standing.get(track) ?? []))
    .sort((a, b) => a.trackId - b.trackId || a.track.index - b.track.index);
}

/**
 * One of the tracker's tracks, folded with the decisions on it.
 * @param labels in frame order
 * @param ranked a risk a label
 * @param standing decisions on this track that were not taken back, in order
 */
export function reviewedTrack(
  labels: readonly Track[],
  ranked: readonly Risk[],
  standing: readonly LabelReviewed[],
): ReviewedLabel[] {
  return labels.flatMap((track, i) => {
    const decided = decisionsOn(track.index, standing);
    if (decided.some(({ decision }) => decision === 'replaced') || !isAdmitted(track, decided)) return [];
    return {
      track,
      trackId: decided.findLast(({ decision }) => decision === 'assigned')?.into ?? track.track,
      label: decided.findLast(({ decision }) => decision === 'classed')?.label ?? track.label,
      ...(ranked[i] ?? { risk: 1, doubts: [] }),
      ...reviewOf(track.box, decided),
    };
  });
}

/** What a person asked the tracker for is there while that action stands, and on frames that it was given. */
function isAdmitted({ asked }: Track, decided: readonly LabelReviewed[]): boolean {
  if (asked === undefined) return true;
  return decided.some(({ decision, action }) => decision === 'assigned' && action === asked);
}

function decisionsOn(index: number, standing: readonly LabelReviewed[]): LabelReviewed[] {
  const all = standing.filter(({ from, to }) => from <= index && index <= to);
  // Before actions had names, `undone` took back all that was decided on a frame.
  return all.slice(all.findLastIndex(({ decision }) => decision === 'undone') + 1);
}

/** Who says of what class or track an animal is says nothing of its box. */
function reviewOf(
  box: Box,
  decided: readonly LabelReviewed[],
): Pick<ReviewedLabel, 'review' | 'box' | 'by' | 'at'> {
  let review: Review = 'pending';
  let last: LabelReviewed | undefined;
  let corrected: Box | undefined;
  for (const entry of decided) {
    const { decision } = entry;
    if (decision !== 'accepted' && decision !== 'rejected' && decision !== 'corrected') continue;
    if (decision === 'corrected') corrected = entry.box;
    review = corrected && decision === 'accepted' ? 'corrected' : decision;
    last = entry;
  }
  return { review, box: corrected ?? box, by: last?.by ?? null, at: last?.at ?? null };
}

/** The state of labels under review: the tracker's labels, folded with the log of decisions. */
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Track } from '../../../schemas/track.ts';
import type { Box } from '../vision/box.ts';
import type { LabelDoubt } from './doubt.ts';
import { standingDecisions } from './history.ts';
import { risks, type TrackContext } from './risk.ts';

export type Review = 'pending' | 'accepted' | 'rejected' | 'corrected';

export interface ReviewedLabel {
  /** As the tracker gave it; its cause is never overwritten. */
  readonly track: Track;
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
  const decisions = standingDecisions(log);
  const tracks = Map.groupBy(
    labels.toSorted((a, b) => a.index - b.index),
    (label) => label.track,
  );
  return [...tracks]
    .sort(([a], [b]) => a - b)
    .flatMap(([track, own]) => {
      const decided = decisions.filter((decision) => decision.track === track);
      const ranked = risks(own, contextOf(own));
      return own.map((label, i) => ({
        track: label,
        ...(ranked[i] ?? { risk: 1, doubts: [] }),
        ...reviewOf(label, decided),
      }));
    });
}

function reviewOf(
  { index, box }: Track,
  decisions: readonly LabelReviewed[],
): Pick<ReviewedLabel, 'review' | 'box' | 'by' | 'at'> {
  const all = decisions.filter(({ from, to }) => from <= index && index <= to);
  // Before actions had names, `undone` took back all that was decided on a frame.
  const since = all.slice(all.findLastIndex(({ decision }) => decision === 'undone') + 1);
  const last = since.at(-1);
  if (!last || last.decision === 'undone' || last.decision === 'redone')
    return { review: 'pending', box, by: null, at: null };
  const corrected = since.findLast(({ decision }) => decision === 'corrected')?.box;
  const review = corrected && last.decision === 'accepted' ? 'corrected' : last.decision;
  return { review, box: corrected ?? box, by: last.by, at: last.at };
}

/** Decisions on labels as runs of neighbouring frames: what is decided on a hundred frames is one message. */
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { ReviewedLabel } from './review.ts';

export type Decision = LabelReviewed['decision'];

/** What is decided on a track's labels from one frame to another, both included. */
export type DecisionRun = Pick<LabelReviewed, 'clip' | 'track' | 'from' | 'to' | 'decision'>;

/**
 * Joins neighbouring labels of a track on which the same is decided. A gap between frames parts two runs: a run says
 * nothing of frames that it was not given.
 * @param labels of one clip or several; each track's in frame order
 */
export function decisionRuns(
  labels: readonly ReviewedLabel[],
  decide: (label: ReviewedLabel) => Decision,
): DecisionRun[] {
  const tracks = Map.groupBy(labels, ({ track: { clip, track } }) => `${clip}.${track}`);
  return [...tracks.values()].flatMap((own) => {
    const runs: DecisionRun[] = [];
    for (const label of own) {
      const { clip, track, index } = label.track;
      const decision = decide(label);
      const last = runs.at(-1);
      if (last && last.decision === decision && last.to === index - 1) last.to = index;
      else runs.push({ clip, track, from: index, to: index, decision });
    }
    return runs;
  });
}

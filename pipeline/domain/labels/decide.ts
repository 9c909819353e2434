/** Decisions on labels as messages of the log: one for each run of neighbouring frames of a track. */
import { randomUUID } from 'node:crypto';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
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

/** A person's decision. */
export interface PersonalDecision {
  readonly decision: Decision;
  /** The right box where it is `corrected`, pixels. */
  readonly box?: Box | undefined;
  readonly by: string;
}

/**
 * Adds a person's decision on these labels to the log.
 * @throws UsageError where a correction has no box
 */
export async function decideOnLabels(
  bus: Bus,
  labels: readonly ReviewedLabel[],
  { decision, box, by }: PersonalDecision,
): Promise<void> {
  if (decision === 'corrected' && !box) throw new UsageError('a correction needs the right box');
  const at = new Date().toISOString();
  const corrected: Pick<LabelReviewed, 'box'> = box ? { box: [...box] } : {};
  for (const run of decisionRuns(labels, () => decision)) {
    const { clip, track } = run;
    const body: LabelReviewed = { ...run, by, at, ...corrected };
    await bus.publish(outgoing(LabelReviewed, { clip, track }, body, { id: randomUUID() }));
  }
}

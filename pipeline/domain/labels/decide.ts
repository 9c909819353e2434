/** Decisions on labels as messages of the log: one for each run of neighbouring frames of a track. */
import { randomUUID } from 'node:crypto';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { type ReviewAction, reviewHistory } from './history.ts';
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
  readonly decision: 'accepted' | 'rejected' | 'corrected';
  /** The right box where it is `corrected`, pixels. */
  readonly box?: Box | undefined;
  readonly by: string;
}

/**
 * Adds a person's decision on these labels to the log, as one action.
 * @throws UsageError where a correction has no box
 */
export async function decideOnLabels(
  bus: Bus,
  labels: readonly ReviewedLabel[],
  { decision, box, by }: PersonalDecision,
): Promise<void> {
  if (decision === 'corrected' && !box) throw new UsageError('a correction needs the right box');
  const at = new Date().toISOString();
  const action = randomUUID();
  const corrected: Pick<LabelReviewed, 'box'> = box ? { box: [...box] } : {};
  for (const run of decisionRuns(labels, () => decision)) {
    await publishDecision(bus, { ...run, action, by, at, ...corrected });
  }
}

/**
 * Takes a person's last action back: its labels stand as they stood before it.
 * @returns the action; null where there is none to take back
 */
export function undoDecision(bus: Bus, by: string): Promise<ReviewAction | null> {
  return changeAction(bus, by, 'undone');
}

/**
 * Lets the action stand again that the person took back last.
 * @returns the action; null where there is none, or something was decided since
 */
export function redoDecision(bus: Bus, by: string): Promise<ReviewAction | null> {
  return changeAction(bus, by, 'redone');
}

async function changeAction(
  bus: Bus,
  by: string,
  decision: 'undone' | 'redone',
): Promise<ReviewAction | null> {
  const log: LabelReviewed[] = [];
  for await (const { body } of bus.stored(LabelReviewed)) log.push(body);
  const history = reviewHistory(log, by);
  const action = (decision === 'undone' ? history.done : history.undone).at(-1);
  if (!action) return null;
  const at = new Date().toISOString();
  const byTrack = Map.groupBy(action.runs, ({ clip, track }) => `${clip}.${track}`);
  for (const runs of byTrack.values()) {
    const { clip, track } = runs[0]!; // a group has at least one
    const from = Math.min(...runs.map((run) => run.from));
    const to = Math.max(...runs.map((run) => run.to));
    await publishDecision(bus, { clip, track, from, to, decision, action: action.id, by, at });
  }
  return action;
}

async function publishDecision(bus: Bus, body: LabelReviewed): Promise<void> {
  const { clip, track } = body;
  await bus.publish(outgoing(LabelReviewed, { clip, track }, body, { id: randomUUID() }));
}

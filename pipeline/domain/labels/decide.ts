/** Decisions on labels as messages of the log: one for each run of neighbouring frames of a track. */
import { randomUUID } from 'node:crypto';
import { LabelDrawn } from '../../../schemas/label-drawn.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { type Outgoing, outgoing } from '../../runtime/bus/envelope.ts';
import { UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { decisionRuns } from './decision-runs.ts';
import { type LabelEntry, partOf, type ReviewAction, reviewHistory } from './history.ts';
import type { ReviewedLabel } from './review.ts';

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
    await bus.publish(entryMessage({ ...run, action, by, at, ...corrected }));
  }
}

/** The whole log of what people drew and decided, in order. */
export async function labelLog(bus: Bus): Promise<LabelEntry[]> {
  const entries: { readonly body: LabelEntry; readonly sequence: number }[] = [];
  for await (const { body, sequence } of bus.stored(LabelReviewed)) entries.push({ body, sequence });
  for await (const { body, sequence } of bus.stored(LabelDrawn)) entries.push({ body, sequence });
  return entries.toSorted((a, b) => a.sequence - b.sequence).map(({ body }) => body);
}

/**
 * What takes a person's last action back: its labels stand as they stood before it.
 * @param log see {@link labelLog}
 * @returns the action and its messages; null where there is none to take back
 */
export function undoing(log: readonly LabelEntry[], by: string): ActionChange | null {
  return changeOf(reviewHistory(log, by).done.at(-1), by, 'undone');
}

/** What lets the action stand again that the person took back last; null where there is none, or something came since. */
export function redoing(log: readonly LabelEntry[], by: string): ActionChange | null {
  return changeOf(reviewHistory(log, by).undone.at(-1), by, 'redone');
}

export interface ActionChange {
  readonly action: ReviewAction;
  /** One for each of its tracks and frames. */
  readonly entries: readonly LabelEntry[];
}

function changeOf(
  action: ReviewAction | undefined,
  by: string,
  decision: 'undone' | 'redone',
): ActionChange | null {
  if (!action) return null;
  const change = { decision, action: action.id, by, at: new Date().toISOString() };
  const entries = [...Map.groupBy(action.entries, partOf).values()].map((own): LabelEntry => {
    const first = own[0]!; // a group has at least one
    if (!('track' in first)) return { ...untimed(first), ...change };
    const runs = own.flatMap((entry) => ('track' in entry ? [entry] : []));
    const from = Math.min(...runs.map((run) => run.from));
    const to = Math.max(...runs.map((run) => run.to));
    return { clip: first.clip, track: first.track, from, to, ...change };
  });
  return { action, entries };
}

/** How long the undone decision took is not how long undoing took. */
function untimed({ tookMs: _ms, key: _key, ...entry }: LabelDrawn): LabelDrawn {
  return entry;
}

/** @param id tells it from every other message; one that comes again with the same is the same */
export function entryMessage(entry: LabelEntry, id: string = randomUUID()): Outgoing {
  if (!('track' in entry)) {
    const { clip, index } = entry;
    return outgoing(LabelDrawn, { clip, index }, entry, { id });
  }
  const { clip, track } = entry;
  return outgoing(LabelReviewed, { clip, track }, entry, { id });
}

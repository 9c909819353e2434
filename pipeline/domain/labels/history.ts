/** The log of decisions as a history: what was done in one go, what of it stands, and what comes next to undo or redo. */
import type { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';

/** One line of the log: a decision on a run of a track's labels, or what was drawn on a frame. */
export type LabelEntry = LabelReviewed | LabelDrawn;

/** What somebody did in one go: decisions on runs of one track or of many, or a frame that was drawn on. */
export interface ReviewAction<E extends LabelEntry = LabelEntry> {
  readonly id: string;
  readonly decision: E['decision'];
  readonly entries: readonly E[];
}

/** An action that was taken back or done again, on one track or frame. */
const changesAction = ({ decision, action }: LabelEntry) =>
  action !== undefined && (decision === 'undone' || decision === 'redone');

/** Older decisions name no action: those of one moment and one person were one. */
function actionId({ action, by, at }: LabelEntry): string {
  return action ?? `${by} ${at}`;
}

/** What of an action is taken back at once: its decisions on one track, or its frame. */
export function partOf(entry: LabelEntry): string {
  return 'track' in entry ? `${entry.clip}.${entry.track}` : `${entry.clip}#${entry.index}`;
}

const partKey = (entry: LabelEntry) => `${actionId(entry)} ${partOf(entry)}`;

/** Tracks and frames on which an action is taken back, as {@link partKey}; the last word on each counts. */
function takenBack(log: readonly LabelEntry[]): ReadonlySet<string> {
  const undone = new Set<string>();
  for (const entry of log.filter(changesAction)) {
    if (entry.decision === 'undone') undone.add(partKey(entry));
    else undone.delete(partKey(entry));
  }
  return undone;
}

/**
 * The decisions that stand, in order: those that were taken back are left out, as if they had never been made.
 * @param log in the order in which it was written
 */
export function standingDecisions<E extends LabelEntry>(log: readonly E[]): E[] {
  const undone = takenBack(log);
  return log.filter((entry) => !changesAction(entry) && !undone.has(partKey(entry)));
}

/** What a person can take back, and what can be done again: the next one is the last of each. */
export interface ReviewHistory<E extends LabelEntry> {
  readonly done: readonly ReviewAction<E>[];
  readonly undone: readonly ReviewAction<E>[];
}

/**
 * One person's actions. Who does something new after an undo can't redo what was undone before. An action that was
 * taken back on some of its tracks only (somebody was cut off) still counts as done, so that undoing it again ends it.
 * @param log of all clips, in the order in which it was written
 */
export function reviewHistory<E extends LabelEntry>(log: readonly E[], by: string): ReviewHistory<E> {
  const actions = Map.groupBy(
    log.filter((entry) => entry.by === by && !changesAction(entry) && entry.decision !== 'undone'),
    actionId,
  );
  const parts = new Map([...actions].map(([id, entries]) => [id, new Set(entries.map(partKey))]));
  const openParts = new Map([...parts].map(([id, keys]) => [id, new Set(keys)]));
  const done: string[] = [];
  const undone: string[] = [];
  for (const entry of log.filter((own) => own.by === by)) {
    const id = actionId(entry);
    const open = openParts.get(id);
    if (!open) continue;
    if (entry.decision === 'undone') {
      open.delete(partKey(entry));
      if (open.size === 0 && done.includes(id)) undone.push(...done.splice(done.indexOf(id), 1));
    } else if (entry.decision === 'redone') {
      open.add(partKey(entry));
      if (open.size === parts.get(id)?.size && undone.includes(id))
        done.push(...undone.splice(undone.indexOf(id), 1));
    } else if (!done.includes(id) && !undone.includes(id)) {
      done.push(id);
      undone.length = 0;
    }
  }
  const actionOf = (id: string): ReviewAction<E> => {
    const entries = actions.get(id)!; // only actions with entries are listed
    return { id, decision: entries[0]!.decision, entries };
  };
  return { done: done.map(actionOf), undone: undone.map(actionOf) };
}

/** Labels that an action decided on; of an animal that was followed anew, the new ones. */
export function labelCount({ decision, entries: all }: ReviewAction): number {
  const entries = decision === 'asked' ? all.filter((entry) => entry.decision === 'assigned') : all;
  const count = (entry: LabelEntry) => ('track' in entry ? entry.to - entry.from + 1 : 1);
  return entries.reduce((sum, entry) => sum + count(entry), 0);
}

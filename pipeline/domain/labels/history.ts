/** The log of decisions as a history: what was done in one go, what of it stands, and what comes next to undo or redo. */
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';

/** What somebody did in one go: decisions on runs of one track or of many. */
export interface ReviewAction {
  readonly id: string;
  readonly decision: LabelReviewed['decision'];
  readonly runs: readonly LabelReviewed[];
}

/** An action that was taken back or done again, on one track. */
const changesAction = ({ decision, action }: LabelReviewed) =>
  action !== undefined && (decision === 'undone' || decision === 'redone');

/** Older decisions name no action: those of one moment and one person were one. */
function actionId({ action, by, at }: LabelReviewed): string {
  return action ?? `${by} ${at}`;
}

const partKey = (entry: LabelReviewed) => `${actionId(entry)} ${entry.clip}.${entry.track}`;

/** Tracks on which an action is taken back, as {@link partKey}; the last word on each counts. */
function takenBack(log: readonly LabelReviewed[]): ReadonlySet<string> {
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
export function standingDecisions(log: readonly LabelReviewed[]): LabelReviewed[] {
  const undone = takenBack(log);
  return log.filter((entry) => !changesAction(entry) && !undone.has(partKey(entry)));
}

/** What a person can take back, and what can be done again: the next one is the last of each. */
export interface ReviewHistory {
  readonly done: readonly ReviewAction[];
  readonly undone: readonly ReviewAction[];
}

/**
 * One person's actions. Who does something new after an undo can't redo what was undone before. An action that was
 * taken back on some of its tracks only (somebody was cut off) still counts as done, so that undoing it again ends it.
 * @param log of all clips, in the order in which it was written
 */
export function reviewHistory(log: readonly LabelReviewed[], by: string): ReviewHistory {
  const actions = Map.groupBy(
    log.filter((entry) => entry.by === by && !changesAction(entry) && entry.decision !== 'undone'),
    actionId,
  );
  const parts = new Map([...actions].map(([id, runs]) => [id, new Set(runs.map(partKey))]));
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
  const actionOf = (id: string): ReviewAction => {
    const runs = actions.get(id) ?? [];
    return { id, decision: runs[0]?.decision ?? 'accepted', runs };
  };
  return { done: done.map(actionOf), undone: undone.map(actionOf) };
}

/** Labels that an action decided on. */
export function labelCount({ runs }: ReviewAction): number {
  return runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** What a page asked for, as messages for the log: checked against what stands. Pure. */
import { randomUUID } from 'node:crypto';
import { type DecisionRun, decisionRuns } from '../../../pipeline/domain/labels/decision-runs.ts';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import type { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Decide, Draw, Edit, Run } from './api.ts';
import type { Projection } from './projection.ts';

/** Somebody else decided meanwhile, on what the page had shown otherwise. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly runs: readonly Run[];

  constructor(runs: readonly Run[]) {
    super('somebody decided on this meanwhile');
    this.runs = runs;
  }
}

/** One action: everything in it is undone at once. */
export interface NewAction<E> {
  readonly action: string;
  readonly entries: readonly E[];
}

/**
 * @param by who decides
 * @throws ConflictError where others decided on these labels since they were shown
 * @throws UsageError where there is no such label, or a correction has no box
 */
export function decisionEntries(
  projection: Projection,
  { decision, runs, box, tookMs, key }: Decide,
  by: string,
): NewAction<LabelReviewed> {
  if (decision === 'corrected' && !box) throw new UsageError('a correction needs the right box');
  const labels = runs.flatMap((run) => labelsOfRun(projection, run, by));
  const decided = decisionRuns(labels, () => decision);
  return action(decided, by, {
    ...(decision === 'corrected' && box && { box }),
    ...timed(tookMs, key),
  });
}

/** As {@link decisionEntries}, for what an animal is rather than for what its boxes are worth. */
export function editEntries(projection: Projection, edit: Edit, by: string): NewAction<LabelReviewed> {
  const { run, tookMs, key } = edit;
  const took = timed(tookMs, key);
  if (edit.kind === 'class') {
    const classed = decisionRuns(labelsOfRun(projection, run, by), () => 'classed');
    return action(classed, by, { label: edit.label, ...took });
  }
  if (edit.kind === 'split') {
    const into = projection.labels(run.clip)!.nextTrack(); // labelsOfRun would have thrown
    const assigned = decisionRuns(labelsOfRun(projection, run, by), () => 'assigned');
    return action(assigned, by, { into, ...took });
  }
  const own = labelsOfRun(projection, run, by);
  const other = labelsOfRun(projection, { ...run, track: edit.with }, by);
  const covered = new Set(own.map(({ track }) => track.index));
  const runs = decisionRuns(other, ({ track }) => (covered.has(track.index) ? 'replaced' : 'assigned'));
  return action(runs, by, { into: run.track, ...took });
}

/**
 * @throws ConflictError where somebody else drew on the frame since it was shown
 * @throws UsageError where no such clip is there, or it has no such frame
 */
export function drawingEntry(
  projection: Projection,
  { clip, index }: { readonly clip: string; readonly index: number },
  { boxes, version, tookMs, key }: Draw,
  by: string,
): NewAction<LabelDrawn> {
  if (!projection.facts(clip)) throw new UsageError(`no clip ${clip}`);
  const { width, height, frames, file } = projection.clip(clip);
  if (!width || !height) throw new UsageError(`the size of ${file} is not known yet`);
  if (frames !== null && index >= frames)
    throw new UsageError(`${file} has no frame ${index}`, {
      found: `${frames} frames`,
      expected: 'one of them',
    });
  const stands = projection.drawn.at(clip, index);
  if (stands && stands.version > version && stands.by !== by) throw new ConflictError([]);
  const inside = boxes?.map((drawn) => ({ ...drawn, box: insideOf(drawn.box, width, height) })) ?? null;
  const id = randomUUID();
  const entry: LabelDrawn = {
    ...{ clip, index, width, height, decision: 'drawn', boxes: inside, action: id, by },
    at: new Date().toISOString(),
    ...timed(tookMs, key),
  };
  return { action: id, entries: [entry] };
}

function labelsOfRun(projection: Projection, run: Run, by: string): ReviewedLabel[] {
  const { clip, track, from, to, version } = run;
  const labels = projection.labels(clip);
  const standing = labels?.standing().get(track);
  if (!labels || !standing) {
    throw new UsageError(`clip ${clip} has no track ${track}`, {
      found: labels ? `tracks ${[...labels.standing().keys()].join(', ') || 'none'}` : 'no such clip',
      expected: 'one of its tracks',
    });
  }
  if (labels.decidedSince(track, [from, to], version, by)) throw new ConflictError([run]);
  return standing.labels.filter(({ track: { index } }) => index >= from && index <= to);
}

function action(
  runs: readonly DecisionRun[],
  by: string,
  more: Partial<LabelReviewed>,
): NewAction<LabelReviewed> {
  const id = randomUUID();
  const at = new Date().toISOString();
  return { action: id, entries: runs.map((run) => ({ ...run, ...more, action: id, by, at })) };
}

function timed(tookMs: number | undefined, key: string | undefined): Pick<LabelReviewed, 'tookMs' | 'key'> {
  return { ...(tookMs !== undefined && { tookMs }), ...(key !== undefined && { key }) };
}

/** @throws UsageError where the box lies outside of the picture */
function insideOf(
  [x, y, w, h]: readonly number[],
  width: number,
  height: number,
): [number, number, number, number] {
  const left = Math.max(0, x ?? 0);
  const top = Math.max(0, y ?? 0);
  const right = Math.min(width, (x ?? 0) + (w ?? 0));
  const bottom = Math.min(height, (y ?? 0) + (h ?? 0));
  if (right <= left || bottom <= top) {
    throw new UsageError('a box lies outside of the picture', {
      found: `${[x, y, w, h].join(', ')}`,
      expected: `within ${width} x ${height}`,
    });
  }
  return [left, top, right - left, bottom - top];
}

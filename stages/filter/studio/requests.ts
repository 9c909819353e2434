/** What a page asked for, as entries for the log: checked against what stands. Pure. */
import { type DecisionRun, decisionRuns } from '../../../pipeline/domain/labels/decision-runs.ts';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import type { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Decide, Draw, Edit, Follow, Run } from './api.ts';
import type { ClipLabels, StandingTrack } from './clip-labels.ts';
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

/** Who asks, and the action that everything in it is: undone at once. */
export interface Asker {
  readonly by: string;
  readonly action: string;
}

/**
 * @throws ConflictError where others decided on these labels since they were shown
 * @throws UsageError where there is no such label, or a correction has no box
 */
export function decisionEntries(
  projection: Projection,
  { decision, runs, box, tookMs, key }: Decide,
  asker: Asker,
): LabelReviewed[] {
  if (decision === 'corrected' && !box) throw new UsageError('a correction needs the right box');
  const labels = runs.flatMap((run) => labelsOfRun(projection, run, asker.by));
  const corrected = decision === 'corrected' && box ? { box } : {};
  return entriesOf(
    decisionRuns(labels, () => decision),
    asker,
    { ...corrected, ...timed(tookMs, key) },
  );
}

/** As {@link decisionEntries}, for what an animal is rather than for what its boxes are worth. */
export function editEntries(projection: Projection, edit: Edit, asker: Asker): LabelReviewed[] {
  const { run, tookMs, key } = edit;
  const took = timed(tookMs, key);
  const own = labelsOfRun(projection, run, asker.by);
  if (edit.kind === 'class') {
    return entriesOf(
      decisionRuns(own, () => 'classed'),
      asker,
      { label: edit.label, ...took },
    );
  }
  if (edit.kind === 'split') {
    const into = projection.labels(run.clip)!.nextTrack(); // labelsOfRun would have thrown
    return entriesOf(
      decisionRuns(own, () => 'assigned'),
      asker,
      { into, ...took },
    );
  }
  const other = labelsOfRun(projection, { ...run, track: edit.with }, asker.by);
  const covered = new Set(own.map(({ track }) => track.index));
  const runs = decisionRuns(other, ({ track }) => (covered.has(track.index) ? 'replaced' : 'assigned'));
  return entriesOf(runs, asker, { into: run.track, ...took });
}

/**
 * The person's word that an animal is to be followed anew: its labels will come under the entry's track, and belong to
 * `into`.
 * @throws UsageError where the clip is not tracked yet, or there is no such frame or track
 */
export function followEntry(
  projection: Projection,
  { clip, index, box, label, track, tookMs, key }: Follow,
  { by, action }: Asker,
): LabelReviewed {
  const { width, height } = refuseUnlessFrame(projection, { clip, index });
  const labels = projection.labels(clip);
  const { state, file } = projection.clip(clip);
  if (!labels || state !== 'tracked')
    throw new UsageError(`${file} is not tracked yet`, { found: state, expected: 'a clip that is tracked' });
  if (track !== undefined) standingTrack(labels, clip, track);
  const own = labels.nextTrack();
  return {
    ...{ clip, track: own, from: index, to: index, decision: 'asked', into: track ?? own },
    ...{ box: insideOf(box, width, height), label, action, by, at: new Date().toISOString() },
    ...timed(tookMs, key),
  };
}

/** A frame of a clip. */
export interface FramePlace {
  readonly clip: string;
  readonly index: number;
}

/**
 * @returns the size of its pictures, px
 * @throws UsageError where no such clip is there, or it has no such frame
 */
export function refuseUnlessFrame(projection: Projection, { clip, index }: FramePlace): Size {
  if (!projection.facts(clip)) throw new UsageError(`no clip ${clip}`);
  const { width, height, frames, file } = projection.clip(clip);
  if (!width || !height) throw new UsageError(`the size of ${file} is not known yet`);
  if (frames !== null && index >= frames)
    throw new UsageError(`${file} has no frame ${index}`, {
      found: `${frames} frames`,
      expected: 'one of them',
    });
  return { width, height };
}

/**
 * @throws ConflictError where somebody else drew on the frame since it was shown
 * @throws UsageError as {@link refuseUnlessFrame}
 */
export function drawingEntry(
  projection: Projection,
  { clip, index }: FramePlace,
  { boxes, version, tookMs, key }: Draw,
  { by, action }: Asker,
): LabelDrawn {
  const { width, height } = refuseUnlessFrame(projection, { clip, index });
  const stands = projection.drawn.at(clip, index);
  if (stands && stands.version > version && stands.by !== by) throw new ConflictError([]);
  const inside = boxes?.map((drawn) => ({ ...drawn, box: insideOf(drawn.box, width, height) })) ?? null;
  return {
    ...{ clip, index, width, height, decision: 'drawn', boxes: inside, action, by },
    at: new Date().toISOString(),
    ...timed(tookMs, key),
  };
}

function labelsOfRun(projection: Projection, run: Run, by: string): ReviewedLabel[] {
  const { clip, track, from, to, version } = run;
  const labels = projection.labels(clip);
  const standing = standingTrack(labels, clip, track);
  if (labels?.decidedSince(track, [from, to], version, by)) throw new ConflictError([run]);
  return standing.labels.filter(({ track: { index } }) => index >= from && index <= to);
}

/** @throws UsageError where the clip has no such track */
function standingTrack(labels: ClipLabels | undefined, clip: string, track: number): StandingTrack {
  const standing = labels?.track(track);
  if (standing) return standing;
  const tracks = labels?.standing().map((known) => known.track) ?? [];
  throw new UsageError(`clip ${clip} has no track ${track}`, {
    found: labels ? `tracks ${tracks.join(', ') || 'none'}` : 'no such clip',
    expected: 'one of its tracks',
  });
}

function entriesOf(
  runs: readonly DecisionRun[],
  { by, action }: Asker,
  more: Partial<LabelReviewed>,
): LabelReviewed[] {
  const at = new Date().toISOString();
  return runs.map((run) => ({ ...run, ...more, action, by, at }));
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

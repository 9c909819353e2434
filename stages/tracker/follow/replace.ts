/**
 * What following an animal anew does to its labels: those that nobody decided on give way, and a frame on which a person
 * decided keeps what they said. Nothing is erased: these are lines of the log, and one undo takes them back. Pure.
 */
import { decisionRuns } from '../../../pipeline/domain/labels/decision-runs.ts';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import type { FollowJob } from '../../../schemas/follow-job.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Way } from './directed-view.ts';
import type { FollowedLabel, GivenBox } from './follow.ts';

/** A way to go, and the person's box that ends it where one does. */
export interface PlannedWay {
  readonly way: Way;
  readonly until?: GivenBox | undefined;
}

/**
 * The ways that a job asks for: each to the next box of the animal that a person drew or corrected, else to the clip's
 * end or beginning.
 * @param labels as they stand without the job's
 * @param lastFrame the clip's
 */
export function plannedWays(
  { index, direction, animal }: Pick<FollowJob, 'index' | 'direction' | 'animal'>,
  labels: readonly ReviewedLabel[],
  lastFrame: number,
): PlannedWay[] {
  const given = labels
    .filter((label) => label.trackId === animal && isGiven(label))
    .map(({ track, box }) => ({ index: track.index, box }))
    .sort((a, b) => a.index - b.index);
  const back = given.findLast((other) => other.index < index);
  const on = given.find((other) => other.index > index);
  return [
    ...(direction === 'forward' ? [] : [{ way: { from: index, to: back?.index ?? 0 }, until: back }]),
    ...(direction === 'backward' ? [] : [{ way: { from: index, to: on?.index ?? lastFrame }, until: on }]),
  ];
}

/** A person drew the box, or corrected it. */
function isGiven({ track, review, by }: ReviewedLabel): boolean {
  if (review === 'rejected') return false;
  return track.cause === 'hand' || (review === 'corrected' && by !== 'auto');
}

/** A person's word on it stands. */
function isDecided({ review, by }: ReviewedLabel): boolean {
  return review !== 'pending' && by !== 'auto';
}

export interface Replacement {
  readonly entries: readonly LabelReviewed[];
  /** New labels that stand. */
  readonly labels: number;
  /** Frames beside the given box's on which a person's decision stays. */
  readonly kept: number;
}

/**
 * @param made the job's labels, in frame order
 * @param before the clip's labels as they stand without the job's
 */
export function replacement(
  job: Omit<FollowJob, 'kind' | 'camera' | 'file' | 'source' | 'direction'>,
  made: readonly FollowedLabel[],
  before: readonly ReviewedLabel[],
  ways: readonly PlannedWay[],
): Replacement {
  const own = before.filter(({ track, trackId }) => {
    return trackId === job.animal && ways.some((planned) => covers(planned, track.index));
  });
  const kept = new Set(own.filter(isDecided).map(({ track }) => track.index));
  const replaced = decisionRuns(
    own.filter((label) => !isDecided(label)),
    () => 'replaced',
  );
  const common: Pick<LabelReviewed, 'action' | 'by' | 'at'> = { action: job.job, by: job.by, at: job.at };
  const standing = made.filter(({ index }) => !kept.has(index));
  return {
    entries: [
      ...replaced.map((run) => ({ ...run, ...common })),
      ...runsOf(standing).map(([from, to]): LabelReviewed => {
        const { clip, track, animal } = job;
        return { clip, track, from, to, decision: 'assigned', into: animal, ...common };
      }),
    ],
    labels: standing.length,
    kept: [...kept].filter((index) => index !== job.index).length,
  };
}

/** Whether labels of a frame give way: the box that ends the way is a person's, and stays. */
function covers({ way, until }: PlannedWay, index: number): boolean {
  if (until && index === until.index) return false;
  return index >= Math.min(way.from, way.to) && index <= Math.max(way.from, way.to);
}

/** Neighbouring frames, from the first to the last of each run. */
function runsOf(labels: readonly FollowedLabel[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const { index } of labels) {
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

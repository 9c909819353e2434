/**
 * The audit's questions: accepted labels and frames without labels, in an order that follows from the seed alone, so that
 * nobody chooses them and everybody gets the same. Every tenth label is shown with a box where no animal is. Pure.
 */
import { type AuditSubject, auditKey } from '../../../pipeline/domain/labels/audit.ts';
import { framesOfRuns } from '../../../pipeline/domain/labels/frame-runs.ts';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import { seededRandom, uniformOf } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { type Box, intersection, type Size } from '../../../pipeline/domain/vision/box.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import type { LabelAudited } from '../../../schemas/label-audited.ts';
import type { AuditAnswer, AuditTask } from './api.ts';
import type { Projection } from './projection.ts';

/** Asked for at once. */
const LABELS = 20;
const FRAMES = 10;
const PLANTED_SHARE = 0.1;
/** To find a place where no animal is. */
const TRIES = 64;

/** Tell random numbers of one frame apart. */
const PLANT = 0x51ed270b;
const PLACE = 0x2c1b3c6d;
const TURN = 0x165667b1;

/** A question, and where it stands in the order. */
interface Candidate {
  readonly subject: AuditSubject;
  readonly box: Box | null;
  /** Uniform in [0, 1): the lowest are asked first. */
  readonly rank: number;
}

/** Those that nobody has answered: the first ones of the order, labels and frames mixed. */
export function auditTasks(projection: Projection, seed: number): AuditTask[] {
  const labels = new Lowest(LABELS);
  const frames = new Lowest(FRAMES);
  for (const { clip } of projection.clips().filter(({ state }) => state === 'tracked')) {
    for (const label of acceptedLabels(projection, clip)) {
      const subject = subjectOf(label);
      const rank = uniformOf(keyOf(subject, seed));
      if (labels.takes(rank) && !projection.audit.has(subject)) {
        const shown = shownBox(projection, label, seed);
        if (shown) labels.add({ subject, box: shown.box, rank });
      }
    }
    for (const index of emptyFrames(projection, clip)) {
      const subject = { clip, index, track: null };
      const rank = uniformOf(keyOf(subject, seed));
      if (frames.takes(rank) && !projection.audit.has(subject)) frames.add({ subject, box: null, rank });
    }
  }
  return [...labels.all, ...frames.all]
    .map(({ subject, box }) => ({ subject, box, turn: uniformOf(keyOf(subject, seed) ^ TURN) }))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ subject, box }) => ({ task: auditKey(subject), ...subject, box: box && [...box] }));
}

/**
 * @throws UsageError where that is no question, or none any more: the label was rejected, the frame got a label
 */
export function auditEntry(
  projection: Projection,
  { task, right, tookMs, key }: AuditAnswer,
  { seed, by }: { readonly seed: number; readonly by: string },
): LabelAudited {
  const subject = subjectOfTask(task);
  const shown = shownOf(projection, subject, seed);
  if (!shown) {
    throw new UsageError('this is not asked any more', {
      found: task,
      expected: 'a label that is accepted, or a frame without labels',
    });
  }
  return {
    ...{ ...subject, ...shown, right, by, at: new Date().toISOString() },
    ...(tookMs !== undefined && { tookMs }),
    ...(key !== undefined && { key }),
  };
}

function shownOf(
  projection: Projection,
  { clip, index, track }: AuditSubject,
  seed: number,
): Pick<LabelAudited, 'box' | 'planted'> | null {
  if (!projection.facts(clip)?.tracked) return null;
  if (track === null)
    return emptyFrames(projection, clip).includes(index) ? { box: null, planted: false } : null;
  const label = acceptedLabels(projection, clip).find(
    ({ track: own }) => own.track === track && own.index === index,
  );
  return label ? shownBox(projection, label, seed) : null;
}

function acceptedLabels(projection: Projection, clip: string): ReviewedLabel[] {
  const standing = projection.labels(clip)?.standing() ?? [];
  return standing.flatMap(({ labels }) =>
    labels.filter(({ review }) => review === 'accepted' || review === 'corrected'),
  );
}

/** Frames that were looked at, and on which no label stands that was not rejected. */
function emptyFrames(projection: Projection, clip: string): number[] {
  const tracked = projection.facts(clip)?.tracked;
  if (!tracked) return [];
  const labelled = new Set<number>();
  for (const { labels } of projection.labels(clip)?.standing() ?? [])
    for (const { review, track } of labels) if (review !== 'rejected') labelled.add(track.index);
  const { decoded } = tracked.ledger;
  const looked = tracked.looked ? framesOfRuns(tracked.looked) : Array.from({ length: decoded }, (_, i) => i);
  return looked.filter((index) => !labelled.has(index));
}

/** @returns null where a box is to be planted and nothing of the picture is free */
function shownBox(
  projection: Projection,
  label: ReviewedLabel,
  seed: number,
): { readonly box: [number, number, number, number]; readonly planted: boolean } | null {
  const key = keyOf(subjectOf(label), seed);
  if (uniformOf(key ^ PLANT) >= PLANTED_SHARE) return { box: [...label.box], planted: false };
  const { clip, index } = label.track;
  const { width, height } = projection.clip(clip);
  const others = (projection.labels(clip)?.standing() ?? []).flatMap(({ labels }) =>
    labels.filter(({ track }) => track.index === index).map(({ box }) => box),
  );
  const box = freePlace(label.box, { width: width ?? 0, height: height ?? 0 }, others, key ^ PLACE);
  return box && { box, planted: true };
}

/** A box of the same size that touches none of the others; null where none was found. */
function freePlace(
  [, , w, h]: Box,
  { width, height }: Size,
  others: readonly Box[],
  seed: number,
): [number, number, number, number] | null {
  const random = seededRandom(seed);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const x = Math.round(random.between(0, Math.max(0, width - w)));
    const y = Math.round(random.between(0, Math.max(0, height - h)));
    const place: [number, number, number, number] = [x, y, w, h];
    if (others.every((other) => intersection(place, other) === 0)) return place;
  }
  return null;
}

function subjectOf({ track: { clip, index, track } }: ReviewedLabel): AuditSubject {
  return { clip, index, track };
}

/** A clip's name is a digest: its digits are as good as random. */
function keyOf({ clip, index, track }: AuditSubject, seed: number): number {
  const own = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul((track ?? 0) + 1, 0x85ebca6b);
  const digits = Number.parseInt(clip.slice(0, 8), 16) ^ Number.parseInt(clip.slice(8), 16);
  return (digits ^ Math.imul(seed + 1, 0xc2b2ae35) ^ own) >>> 0;
}

/** @throws UsageError where it is no task's name */
function subjectOfTask(task: string): AuditSubject {
  const [, clip, index, track] = /^([0-9a-f]{16})\.(\d{1,9})\.(\d{1,9}|frame)$/.exec(task) ?? [];
  if (!clip) throw new UsageError('not a task', { found: task, expected: 'one that GET /audit gave' });
  return { clip, index: Number(index), track: track === 'frame' ? null : Number(track) };
}

/** The lowest of many, without sorting them all. */
class Lowest {
  readonly #most: number;
  readonly all: Candidate[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  takes(rank: number): boolean {
    return this.all.length < this.#most || rank < this.all.at(-1)!.rank; // it is full: it has a last one
  }

  add(candidate: Candidate): void {
    const at = this.all.findIndex(({ rank }) => rank > candidate.rank);
    this.all.splice(at < 0 ? this.all.length : at, 0, candidate);
    if (this.all.length > this.#most) this.all.pop();
  }
}

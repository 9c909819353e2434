import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { ClipArrived } from '../../../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../../../schemas/clip-failed.ts';
import { ClipFound } from '../../../../../schemas/clip-found.ts';
import { ClipTracked } from '../../../../../schemas/clip-tracked.ts';
import type { LabelReviewed } from '../../../../../schemas/label-reviewed.ts';
import { Track } from '../../../../../schemas/track.ts';
import { progressOf } from '../../../../../stages/filter/studio/progress.ts';
import { Projection } from '../../../../../stages/filter/studio/projection.ts';
import { WORTH_DRAWING } from '../../../../../stages/filter/studio/proposals.ts';
import {
  ConflictError,
  decisionEntries,
  drawingEntry,
  editEntries,
} from '../../../../../stages/filter/studio/requests.ts';

const clip = '0123456789abcdef';
const mika = { by: 'mika', action: 'a-1' };

/** Two animals on ten frames of a clip that is tracked. */
function projected(): Projection {
  const projection = new Projection(0.6);
  projection.addFacts(clip, { found: ClipFound.examples.valid });
  projection.addFacts(clip, { tracked: ClipTracked.examples.valid });
  for (const track of [1, 2])
    for (let index = 0; index < 10; index++)
      projection.addLabel({ ...Track.examples.valid, clip, track, index, box: [100 * track, 50, 40, 30] });
  return projection;
}

let sequence = 0;
function write(projection: Projection, entries: readonly LabelReviewed[]): number {
  for (const entry of entries) projection.addDecision(entry, ++sequence, `id-${sequence}`);
  return sequence;
}

const run = (track: number, from: number, to: number, version = 0) => ({ clip, track, from, to, version });
const accept = (...runs: ReturnType<typeof run>[]) => ({ decision: 'accepted' as const, runs });
const reviews = (projection: Projection, track: number) =>
  projection
    .labels(clip)
    ?.track(track)
    ?.labels.map(({ review }) => review[0])
    .join('');

test('projection - a decision holds for its frames, and the track says at which place of the log it stands', () => {
  const projection = projected();
  const last = write(projection, decisionEntries(projection, accept(run(1, 2, 4)), mika));
  assert.equal(reviews(projection, 1), 'ppaaappppp');
  assert.equal(reviews(projection, 2), 'pppppppppp');
  assert.equal(projection.labels(clip)?.track(1)?.version, last);
});

test('projection - who decides on what somebody else decided since is told, and nothing is written', () => {
  const projection = projected();
  const ren = { by: 'ren', action: 'r' };
  const seen = write(projection, decisionEntries(projection, accept(run(1, 0, 3)), ren));
  assert.throws(() => decisionEntries(projection, accept(run(1, 3, 5)), mika), ConflictError);
  assert.equal(decisionEntries(projection, accept(run(1, 3, 5, seen)), mika).length, 1, 'it was seen');
  assert.equal(decisionEntries(projection, accept(run(1, 4, 9)), mika).length, 1, 'other frames');
});

test('projection - a split makes another animal, a join one of two; where both had a box that of the run stays', () => {
  const projection = projected();
  const split = { kind: 'split' as const, run: run(1, 6, 9) };
  const version = write(projection, editEntries(projection, split, mika));
  assert.equal(projection.labels(clip)?.track(3)?.labels.length, 4);
  const join = { kind: 'join' as const, run: run(3, 0, 9, version), with: 2 };
  write(projection, editEntries(projection, join, { by: 'mika', action: 'a-2' }));
  const third = projection.labels(clip)?.track(3)?.labels ?? [];
  assert.deepEqual(
    third.map(({ track }) => track.track),
    [2, 2, 2, 2, 2, 2, 1, 1, 1, 1],
  );
  assert.deepEqual(
    projection
      .summaries()
      .map(({ track }) => track)
      .sort(),
    [1, 3],
  );
});

test('projection - what can’t be is refused: no such track, a correction without a box, a frame beyond the end', () => {
  const projection = projected();
  assert.throws(() => decisionEntries(projection, accept(run(9, 0, 1)), mika), UsageError);
  const correct = { decision: 'corrected' as const, runs: [run(1, 0, 0)] };
  assert.throws(() => decisionEntries(projection, correct, mika), UsageError);
  assert.throws(
    () => drawingEntry(projection, { clip, index: 402 }, { boxes: [], version: 0 }, mika),
    /no frame 402/,
  );
  const box: [number, number, number, number] = [9_000, 0, 5, 5];
  const outside = { boxes: [{ box, label: 'deer' }], version: 0 };
  assert.throws(() => drawingEntry(projection, { clip, index: 0 }, outside, mika), /outside of the picture/);
});

test('projection - a drawn box is cut at the picture’s edge', () => {
  const box: [number, number, number, number] = [-10, -10, 60, 40];
  const drawing = { boxes: [{ box, label: 'deer' }], version: 0 };
  const entry = drawingEntry(projected(), { clip, index: 0 }, drawing, mika);
  assert.deepEqual(entry.boxes?.[0]?.box, [0, 0, 50, 30]);
});

test('progress - labels are counted as they stand, whoever splits, joins, undoes; counts follow the list', () => {
  const projection = projected();
  const pending = { pending: 20, accepted: 0, rejected: 0, corrected: 0 };
  assert.deepEqual(progressOf(projection).labels, pending);
  const accepted = decisionEntries(projection, { ...accept(run(1, 0, 7)), tookMs: 1_600, key: 'A' }, mika);
  write(projection, accepted);
  write(projection, decisionEntries(projection, { ...accept(run(1, 2, 3)), decision: 'rejected' }, mika));
  const split = { kind: 'split' as const, run: run(2, 6, 9) };
  write(projection, editEntries(projection, split, mika));
  const now = progressOf(projection);
  assert.deepEqual(now.labels, { pending: 12, accepted: 6, rejected: 2, corrected: 0 });
  assert.equal(now.secondsPerAccepted, 0.267, '1.6 s for the six that stand');
  const listed = projection.summaries().map(({ count }) => count);
  for (const review of ['pending', 'accepted', 'rejected', 'corrected'] as const)
    assert.equal(
      listed.reduce((sum, count) => sum + count[review], 0),
      now.labels[review],
    );
  assert.deepEqual(projection.clip(clip).labels, now.labels);
  write(projection, [{ ...accepted[0]!, decision: 'undone' }]);
  assert.deepEqual(progressOf(projection).labels, pending, 'both decisions were one action');
});

test('progress - a short clip has no more frames worth drawing than frames; none are known: the method’s 25', () => {
  assert.equal(progressOf(new Projection(0.6)).worthDrawing, WORTH_DRAWING);
  const projection = new Projection(0.6);
  projection.addFacts(clip, { found: { ...ClipFound.examples.valid, frames: 10 } });
  const drawing = { boxes: [], version: 0 };
  projection.addDrawing(drawingEntry(projection, { clip, index: 0 }, drawing, mika), 1, 'drawing-1');
  const { worthDrawing, drawn } = progressOf(projection);
  assert.deepEqual({ worthDrawing, drawn }, { worthDrawing: 10, drawn: 1 });
});

test('projection - a clip that failed stays so until it arrives again, in whatever order the messages are read', () => {
  const stateOf = (order: readonly ('arrived' | 'failed' | 'again')[]) => {
    const projection = new Projection(0.6);
    const facts = {
      arrived: () => projection.addFacts(clip, { arrived: ClipArrived.examples.valid }, 1),
      failed: () => projection.addFacts(clip, { failed: ClipFailed.examples.valid }, 2),
      again: () => projection.addFacts(clip, { arrived: ClipArrived.examples.valid }, 3),
    };
    for (const kind of order) facts[kind]();
    return projection.clip(clip).state;
  };
  assert.equal(stateOf(['arrived', 'failed']), 'failed');
  assert.equal(stateOf(['failed', 'arrived']), 'failed');
  assert.equal(stateOf(['arrived', 'failed', 'again']), 'arrived');
  assert.equal(stateOf(['arrived', 'again', 'failed']), 'arrived');
});

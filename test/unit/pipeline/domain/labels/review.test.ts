import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConfirmed, reviewed } from '../../../../../pipeline/domain/labels/review.ts';
import type { LabelReviewed } from '../../../../../schemas/label-reviewed.ts';
import type { Track } from '../../../../../schemas/track.ts';

const clip = '0123456789abcdef';

function label(index: number, track = 1, cause: Track['cause'] = 'detected'): Track {
  const score = cause === 'detected' ? 0.9 : null;
  const of = { clip, camera: 'gate', track, index, pts: index / 25, label: 'deer', cause, score };
  return { ...of, model: null, region: null, box: [10, 10, 40, 30] };
}

let minute = 0;
function decision(
  from: number,
  to: number,
  what: LabelReviewed['decision'],
  more: Partial<LabelReviewed> = {},
): LabelReviewed {
  const at = `2026-11-01T09:${String(minute++).padStart(2, '0')}:00.000Z`;
  return { clip, track: 1, from, to, decision: what, by: 'mika', at, ...more };
}

const labels = [0, 1, 2, 3].map((index) => label(index));
const states = (labels: ReturnType<typeof reviewed>) => labels.map(({ review }) => review);

test('review - what nobody decided on is pending', () => {
  const [first] = reviewed(labels, []);
  assert.equal(first?.review, 'pending');
  assert.equal(first?.by, null);
  assert.equal(first?.at, null);
});

test('review - a decision holds for its run of frames, ends included', () => {
  const folded = reviewed(labels, [decision(1, 2, 'accepted')]);
  assert.deepEqual(states(folded), ['pending', 'accepted', 'accepted', 'pending']);
});

test('review - the last decision wins, frame by frame', () => {
  const folded = reviewed(labels, [
    decision(0, 3, 'accepted', { by: 'auto' }),
    decision(1, 2, 'rejected'),
    decision(2, 2, 'accepted', { by: 'ren' }),
  ]);
  assert.deepEqual(states(folded), ['accepted', 'rejected', 'accepted', 'accepted']);
  assert.deepEqual(
    folded.map(({ by }) => by),
    ['auto', 'mika', 'ren', 'auto'],
  );
});

test('review - undoing gives back the state before any decision', () => {
  const folded = reviewed(labels, [
    decision(0, 3, 'rejected'),
    decision(1, 1, 'corrected', { box: [1, 2, 3, 4] }),
    decision(1, 2, 'undone'),
  ]);
  assert.deepEqual(states(folded), ['rejected', 'pending', 'pending', 'rejected']);
  assert.deepEqual(folded[1]?.box, [10, 10, 40, 30]);
  assert.equal(folded[1]?.by, null);
});

test('review - what was undone can be decided anew, as if nothing had been decided before', () => {
  const [label] = reviewed(labels, [
    decision(0, 0, 'corrected', { box: [1, 2, 3, 4] }),
    decision(0, 0, 'undone'),
    decision(0, 0, 'accepted'),
  ]);
  assert.equal(label?.review, 'accepted');
  assert.deepEqual(label?.box, [10, 10, 40, 30]);
});

test('review - a corrected box stands beside the tracker’s, which keeps its cause', () => {
  const held = [label(0, 1, 'held'), label(1, 1, 'moved'), label(2, 1, 'hand')];
  const folded = reviewed(held, [decision(0, 2, 'corrected', { box: [12, 11, 44, 33] })]);
  assert.deepEqual(
    folded.map(({ track, box }) => [track.cause, track.box, box]),
    (['held', 'moved', 'hand'] as const).map((cause) => [cause, [10, 10, 40, 30], [12, 11, 44, 33]]),
  );
});

test('review - who accepts a run with a corrected label in it accepts the correction', () => {
  const folded = reviewed(labels, [
    decision(1, 1, 'corrected', { box: [1, 2, 3, 4] }),
    decision(0, 3, 'accepted', { by: 'ren' }),
  ]);
  assert.deepEqual(states(folded), ['accepted', 'corrected', 'accepted', 'accepted']);
  assert.deepEqual(folded[1]?.box, [1, 2, 3, 4]);
  assert.equal(folded[1]?.by, 'ren');
});

test('review - a corrected label can be rejected, and corrected again', () => {
  const once = decision(0, 0, 'corrected', { box: [1, 2, 3, 4] });
  assert.equal(reviewed(labels, [once, decision(0, 0, 'rejected')])[0]?.review, 'rejected');
  const twice = reviewed(labels, [once, decision(0, 0, 'corrected', { box: [5, 6, 7, 8] })]);
  assert.deepEqual(twice[0]?.box, [5, 6, 7, 8]);
});

test('review - decisions on one track leave the others alone; labels come by track and frame', () => {
  const two = [label(1, 2), label(0, 2), label(1, 1), label(0, 1)];
  const folded = reviewed(two, [decision(0, 9, 'rejected', { track: 2 })]);
  assert.deepEqual(
    folded.map(({ track, review }) => [track.track, track.index, review]),
    [
      [1, 0, 'pending'],
      [1, 1, 'pending'],
      [2, 0, 'rejected'],
      [2, 1, 'rejected'],
    ],
  );
});

test('review - confirmed is what a person drew or accepted, not what automatic review let through', () => {
  const own = [label(0, 1, 'hand'), label(1), label(2), label(3)];
  const folded = reviewed(own, [
    decision(0, 2, 'accepted', { by: 'auto' }),
    decision(2, 2, 'accepted', { by: 'ren' }),
  ]);
  assert.deepEqual(folded.map(isConfirmed), [true, false, true, false]);
});

test('review - what class an animal is, and which one, is decided beside what its boxes are worth', () => {
  const folded = reviewed(labels, [
    decision(0, 3, 'accepted'),
    decision(2, 3, 'assigned', { into: 7 }),
    decision(1, 3, 'classed', { label: 'fox' }),
  ]);
  assert.deepEqual(
    folded.map(({ trackId, label, review }) => [trackId, label, review]),
    [
      [1, 'deer', 'accepted'],
      [1, 'fox', 'accepted'],
      [7, 'fox', 'accepted'],
      [7, 'fox', 'accepted'],
    ],
  );
  assert.deepEqual(folded[2]?.track, labels[2], 'as the tracker gave it');
});

test('review - labels that gave way are gone, and come back by undo', () => {
  const replaced = decision(1, 2, 'replaced', { into: 2, action: 'join' });
  assert.deepEqual(
    reviewed(labels, [replaced]).map(({ track }) => track.index),
    [0, 3],
  );
  assert.equal(reviewed(labels, [replaced, decision(1, 2, 'undone', { action: 'join' })]).length, 4);
});

test('review - what was asked for is there as long as the action stands, on the frames that it was given', () => {
  const asked = [0, 1, 2, 3].map((index) => ({ ...label(index, 7), asked: 'follow-1' }));
  const given = decision(1, 2, 'assigned', { track: 7, into: 1, action: 'follow-1' });
  const shown = (log: readonly LabelReviewed[]) =>
    reviewed(asked, log).map(({ track, trackId }) => [track.index, trackId]);
  assert.deepEqual(shown([]), []);
  assert.deepEqual(shown([{ ...given, action: 'another' }]), []);
  assert.deepEqual(shown([given]), [
    [1, 1],
    [2, 1],
  ]);
  const undone = decision(1, 2, 'undone', { track: 7, action: 'follow-1' });
  assert.deepEqual(shown([given, undone]), []);
  assert.deepEqual(shown([given, undone, { ...undone, decision: 'redone' }]), [
    [1, 1],
    [2, 1],
  ]);
});

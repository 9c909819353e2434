import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  diffFrames,
  frameChanges,
  type LabelledClip,
  labelChanges,
} from '../../../../../pipeline/domain/labels/model-diff.ts';
import type { ReviewedLabel } from '../../../../../pipeline/domain/labels/review.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import type { Found } from '../../../../../schemas/boxes.ts';
import type { Track } from '../../../../../schemas/track.ts';

const clip = '0123456789abcdef';
const here: Box = [100, 100, 40, 40];
const frame = { clip, index: 3 };

function label(index: number, more: Partial<Track> = {}, review: ReviewedLabel['review'] = 'pending') {
  const track: Track = {
    ...{ clip, camera: 'gate', track: 1, index, pts: 0, label: 'deer', cause: 'detected', score: 0.8 },
    ...{ model: null, region: [50, 50, 200, 200], box: [100, 100, 40, 40] },
    ...more,
  };
  const decided = { review, box: track.box, by: null, at: null };
  return { track, trackId: track.track, label: 'deer', risk: 0, doubts: [], ...decided };
}

const found = ([x, y, w, h]: Box, score: number): Found => ({ box: [x, y, w, h], score, label: 'deer' });
const said = (labels: readonly ReviewedLabel[], ...boxes: Found[]) =>
  frameChanges(frame, labels, [boxes]).map(
    ({ kind, track, strength }) => `${kind} ${track} ${strength.toFixed(2)}`,
  );

test('model diff - what is seen where it stands is no change, also by a weak box', () => {
  assert.deepEqual(said([label(3)], found(here, 0.9)), []);
  assert.deepEqual(said([label(3)], found([104, 100, 40, 40], 0.12)), []);
  assert.deepEqual(said([label(3)], found(here, 0.09)), ['gone 1 0.80']);
});

test('model diff - a box beside the label has moved it; a weak one has not', () => {
  assert.deepEqual(said([label(3)], found([120, 100, 40, 40], 0.3)), ['moved 1 0.67']);
  assert.deepEqual(said([label(3)], found([120, 100, 40, 40], 0.2)), ['gone 1 0.80']);
});

test('model diff - what was not seen before either is not gone', () => {
  for (const cause of ['followed', 'moved', 'held', 'interpolated'] as const)
    assert.deepEqual(said([label(3, { cause, score: null })]), [], cause);
});

test('model diff - what a person drew stands, and what they rejected does not', () => {
  assert.deepEqual(said([label(3, { cause: 'hand', score: null })]), []);
  assert.deepEqual(said([label(3, {}, 'rejected')]), []);
  assert.deepEqual(said([label(3, {}, 'rejected')], found(here, 0.7)), ['new null 0.70']);
});

test('model diff - an animal without a label is new, where a track would begin; a part of one that has one is not', () => {
  const other = found([300, 100, 40, 40], 0.6);
  assert.deepEqual(said([label(3)], found(here, 0.9), other), ['new null 0.60']);
  assert.deepEqual(said([label(3)], found(here, 0.9), found([300, 100, 40, 40], 0.4)), []);
  assert.deepEqual(said([label(3)], found(here, 0.9), found([105, 105, 15, 15], 0.8)), []);
});

test('model diff - the same box in two regions is one animal', () => {
  const twice = [[found([300, 100, 40, 40], 0.6)], [found([301, 100, 40, 40], 0.7)]];
  assert.equal(frameChanges(frame, [], twice).length, 1);
});

const labelled = (id: string, frames: number, on: readonly number[]): LabelledClip => ({
  ...{ clip: id, frames, width: 640, height: 360 },
  labels: on.map((index) => ({ ...label(index), track: { ...label(index).track, clip: id } })),
});
const indices = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('model diff - frames are spread over clips, three with labels to one without, whatever was decided', () => {
  const clips = [
    labelled('a'.repeat(16), 400, indices(0, 300)),
    labelled('b'.repeat(16), 400, indices(0, 300)),
  ];
  const chosen = diffFrames(clips, 40);
  assert.equal(chosen.length, 40);
  assert.equal(chosen.filter(({ index }) => index < 300).length, 30);
  assert.equal(chosen.filter((one) => one.clip === 'a'.repeat(16)).length, 20);
  assert.deepEqual(diffFrames(clips.toReversed(), 40), chosen);
  assert.deepEqual(chosen[0]?.regions, [
    [0, 0, 640, 360],
    [50, 50, 200, 200],
  ]);
  assert.deepEqual(chosen.at(-1)?.regions, [[0, 0, 640, 360]]);
});

test('model diff - where there are few frames all of them are looked at', () => {
  assert.equal(diffFrames([labelled(clip, 10, [2, 3])], 40).length, 10);
  assert.equal(diffFrames([labelled(clip, 10, indices(0, 10))], 40).length, 10);
  assert.deepEqual(diffFrames([]), []);
});

test('model diff - the clearest change is first; a frame that was not looked at changes nothing', () => {
  const clips = [labelled(clip, 4, [0, 1])];
  const frames = diffFrames(clips);
  const boxes = frames.map(({ index }) => (index === 1 ? null : index === 3 ? [[found(here, 0.9)]] : [[]]));
  assert.deepEqual(
    labelChanges(clips, frames, boxes).map(({ kind, index }) => `${kind} ${index}`),
    ['new 3', 'gone 0'],
  );
});

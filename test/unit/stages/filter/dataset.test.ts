import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Review, ReviewedLabel } from '../../../../pipeline/domain/labels/review.ts';
import type { DatasetItem } from '../../../../schemas/dataset.ts';
import type { Cause } from '../../../../schemas/terms.ts';
import { datasetItems, datasetOf } from '../../../../stages/filter/dataset.ts';

const clip = '0123456789abcdef';

interface Facts {
  readonly track?: number;
  readonly cause?: Cause;
  readonly review?: Review;
  readonly risk?: number;
}

function label(index: number, facts: Facts = {}): ReviewedLabel {
  const { track = 1, cause = 'detected', review = 'accepted', risk = 0.1 } = facts;
  const score = cause === 'detected' ? 0.9 : null;
  const common = { clip, camera: 'gate', track, index, pts: index / 25, label: 'deer', cause, score };
  const tracked = {
    ...common,
    model: null,
    region: null,
    box: [10, 10, 40, 30] as [number, number, number, number],
  };
  return {
    track: tracked,
    risk,
    doubts: [],
    trackId: track,
    label: 'deer',
    review,
    box: review === 'corrected' ? [1, 2, 3, 4] : [10, 10, 40, 30],
    by: null,
    at: null,
  };
}

const items = (labels: readonly ReviewedLabel[], heldOutShare = 0) =>
  datasetItems({ file: 'deer.mp4', width: 640, height: 360, labels }, heldOutShare);
const frames = (all: readonly DatasetItem[]) => all.map(({ index }) => index);

test('dataset - a picture for each frame whose labels are settled as good, in order', () => {
  const labels = [label(2), label(0), label(1, { review: 'corrected' })];
  assert.deepEqual(frames(items(labels)), [0, 1, 2]);
  assert.deepEqual(items(labels)[0], {
    clip,
    index: 0,
    name: 'deer.mp4#0',
    width: 640,
    height: 360,
    split: 'train',
    boxes: [{ box: [10, 10, 40, 30], label: 'deer', cause: 'detected', risk: 0.1, weight: 0.9 }],
  });
});

test('dataset - a frame with a rejected or a pending label is left out: it may hide an animal', () => {
  const labels = [
    label(0),
    label(1, { review: 'rejected' }),
    label(2, { review: 'pending' }),
    label(3),
    label(3, { track: 2, review: 'rejected' }),
    label(4),
    label(4, { track: 2 }),
  ];
  const all = items(labels);
  assert.deepEqual(frames(all), [0, 4]);
  assert.equal(all[1]?.boxes.length, 2);
});

test('dataset - what looks like a stone is learned from only when a person said so', () => {
  const stone = (index: number, by: string): ReviewedLabel => ({
    ...label(index),
    doubts: [{ kind: 'stone', clips: 3 }],
    by,
  });
  assert.deepEqual(frames(items([stone(0, 'auto'), stone(1, 'mika'), label(2)])), [1, 2]);
});

test('dataset - training trusts a box by its cause and risk, what a person drew or corrected fully', () => {
  const weight = (facts: Facts) => items([label(0, facts)])[0]?.boxes[0]?.weight;
  assert.equal(weight({ cause: 'hand', risk: 0 }), 1);
  assert.equal(weight({ cause: 'detected', risk: 0.2 }), 0.8);
  assert.equal(weight({ cause: 'held', risk: 0.5 }), 0.3);
  assert.equal(weight({ cause: 'moved', risk: 0.5 }), 0.25);
  assert.equal(weight({ cause: 'moved', risk: 0.9, review: 'corrected' }), 1);
});

test('dataset - a corrected label counts where it was put, and keeps its cause', () => {
  const [box] = items([label(0, { cause: 'moved', risk: 0.9, review: 'corrected' })])[0]!.boxes;
  assert.deepEqual(box, { box: [1, 2, 3, 4], label: 'deer', cause: 'moved', risk: 0, weight: 1 });
});

test('dataset - held out in runs, so that no held-out frame has its twin in training', () => {
  const all = items(
    Array.from({ length: 400 }, (_, index) => label(index)),
    0.2,
  );
  const heldOut = all.filter(({ split }) => split === 'held-out');
  assert.equal(heldOut.length, 80);
  assert.deepEqual(
    frames(heldOut).filter((index) => index % 20 === 0),
    [80, 180, 280, 380],
  );
  const borders = all.filter(({ split }, i) => i > 0 && all[i - 1]?.split !== split);
  assert.equal(borders.length, 7);
});

test('dataset - a frame that a person drew on is never held out', () => {
  const labels = Array.from({ length: 100 }, (_, i) => label(i, i === 85 ? { cause: 'hand', risk: 0 } : {}));
  const all = items(labels, 0.2);
  assert.equal(all[84]?.split, 'held-out');
  assert.equal(all[85]?.split, 'train');
});

test('dataset - nothing is held out where no share is asked for', () => {
  const all = items(Array.from({ length: 200 }, (_, index) => label(index)));
  assert.ok(all.every(({ split }) => split === 'train'));
});

test('dataset - a picture drawn on by hand is taken once, as it was drawn', () => {
  const [drawn] = items([label(0, { cause: 'hand', risk: 0 })]);
  const dataset = datasetOf(['deer'], [drawn!], items([label(0), label(1)]));
  assert.deepEqual(frames(dataset.items), [0, 1]);
  assert.equal(dataset.items[0]?.boxes[0]?.cause, 'hand');
});

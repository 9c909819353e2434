import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLabels } from '../../../../../pipeline/app/jobs/explain-labels.ts';
import type { ReviewedLabel } from '../../../../../pipeline/domain/labels/review.ts';
import type { Cause } from '../../../../../schemas/terms.ts';

function label(index: number, risk: number, cause: Cause = 'detected'): ReviewedLabel {
  const clip = '0123456789abcdef';
  const region: [number, number, number, number] = [0, 0, 416, 416];
  const box: [number, number, number, number] = [10, 10, 20, 20];
  const seen = { camera: 'cam', model: 'm', score: 0.5 };
  const track = { ...seen, clip, index, pts: index / 25, track: 1, box, region, label: 'deer', cause };
  return { track, risk, doubts: [], trackId: 1, label: 'deer', review: 'pending', box, by: null, at: null };
}

const choice = { most: 4, acceptBelow: 0.6 };

test('explain labels - half are nearest the decision, one a stretch, the others even over the rest', () => {
  const labels = Array.from({ length: 200 }, (_, i) => label(i, i < 100 ? 0.5 + i / 2000 : 0.95));
  const chosen = chooseLabels(labels, choice).map(({ track }) => track.index);
  assert.equal(chosen[0], 99); // not one of the hundred that were rejected anyway
  assert.equal(chosen[1]! >= 99 + 25, true);
  assert.equal(new Set(chosen).size, 4);
});

test('explain labels - where one stretch is all there is, the rest is filled evenly', () => {
  const labels = Array.from({ length: 90 }, (_, i) => label(i, 0.1));
  const chosen = chooseLabels(labels, choice).map(({ track }) => track.index);
  assert.deepEqual(chosen, [0, 15, 45, 75]);
});

test('explain labels - only what the detector found, where it found anything', () => {
  const labels = [label(0, 0.59, 'held'), label(1, 0.2), label(2, 0.59, 'moved')];
  assert.deepEqual(
    chooseLabels(labels, choice).map(({ track }) => track.index),
    [1],
  );
  assert.equal(chooseLabels([label(0, 0.59, 'held')], choice).length, 1);
});

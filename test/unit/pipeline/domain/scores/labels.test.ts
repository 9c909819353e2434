import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LabelBox, labelScores, type TruthBox } from '../../../../../pipeline/domain/scores/labels.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';

const truth = (frame: number, box: Box | null, track?: string): TruthBox => ({
  clip: 'c',
  frame,
  box,
  track,
});
const label = (frame: number, box: Box, cause: LabelBox['cause'] = 'detected', track = 1): LabelBox => ({
  clip: 'c',
  frame,
  track,
  box,
  cause,
});

const whole: Box = [0, 0, 10, 10];
const half: Box = [0, 0, 10, 20];

test('label scores - mean over truth frames, a frame without a label counts 0 and is named', () => {
  const scores = labelScores(
    [truth(0, whole), truth(1, whole), truth(2, whole), truth(3, whole)],
    [label(0, whole, 'hand'), label(1, half), label(2, [0, 0, 10, 40], 'held'), label(9, whole)],
  );
  assert.equal(scores.meanIoU, (1 + 0.5 + 0.25 + 0) / 4);
  assert.equal(scores.medianIoU, 0.375);
  assert.equal(scores.within50, 0.5);
  assert.equal(scores.within75, 0.25);
  assert.equal(scores.missed, 1);
  assert.equal(scores.extra, 0);
  assert.deepEqual(scores.framesMissing, [{ clip: 'c', frame: 3 }]);
  const none = { labels: 0, within50: 0, meanIoU: null, extra: 0 };
  assert.deepEqual(scores.byCause, {
    hand: { labels: 1, within50: 1, meanIoU: 1, extra: 0 },
    detected: { labels: 1, within50: 1, meanIoU: 0.5, extra: 0 },
    followed: none,
    interpolated: none,
    moved: none,
    held: { labels: 1, within50: 0, meanIoU: 0.25, extra: 0 },
  });
});

test('label scores - two animals on a frame are paired one to one, best overlap first', () => {
  const [left, right]: Box[] = [whole, [100, 0, 10, 10]];
  const scores = labelScores(
    [truth(0, left!), truth(0, right!)],
    [label(0, half), label(0, whole, 'moved', 2)],
  );
  assert.equal(scores.meanIoU, 0.5);
  assert.equal(scores.byCause.moved.meanIoU, 1);
  assert.equal(scores.extra, 1);
  assert.equal(scores.byCause.detected.extra, 1);
  assert.equal(scores.missed, 1);
});

test('label scores - a label where truth sees nothing is extra, and no IoU is taken from it', () => {
  const scores = labelScores([truth(0, whole), truth(1, null)], [label(0, whole), label(1, whole)]);
  assert.deepEqual([scores.meanIoU, scores.extra, scores.frames, scores.truths], [1, 1, 2, 1]);
});

test('label scores - tracks are scored where the truth has tracks', () => {
  const truths = [0, 1, 2].map((frame) => truth(frame, whole, 'a'));
  const labels = [label(0, whole), label(1, whole, 'held', 2), label(2, whole, 'held', 2)];
  assert.equal(labelScores(truths, labels).tracking?.switches, 1);
  assert.equal(labelScores([truth(0, whole)], labels).tracking, null);
});

test('label scores - clips with the same frame numbers are kept apart', () => {
  const labels = [{ ...label(0, whole), clip: 'other' }];
  assert.equal(labelScores([truth(0, whole)], labels).meanIoU, 0);
});

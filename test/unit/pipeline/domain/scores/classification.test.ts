import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argMax, classificationScores } from '../../../../../pipeline/domain/scores/classification.ts';

const classes = ['daisy', 'rose'];
const called = (name: string, truth: number, ...probabilities: number[]) => ({ name, truth, probabilities });

test('classification scores - precision, recall and confusion count each class for itself', () => {
  const scores = classificationScores(
    [called('a', 0, 0.9, 0.1), called('b', 0, 0.2, 0.8), called('c', 1, 0.3, 0.7), called('d', 1, 0.4, 0.6)],
    classes,
  );
  assert.equal(scores.accuracy, 0.75);
  assert.deepEqual(scores.confusion, [
    [1, 1],
    [0, 2],
  ]);
  assert.deepEqual(scores.perClass, {
    daisy: { precision: 1, recall: 0.5, n: 2 },
    rose: { precision: 2 / 3, recall: 1, n: 2 },
  });
});

test('classification scores - a class that is never called, or never there, has no precision or recall', () => {
  const { perClass } = classificationScores([called('a', 0, 0.9, 0.1)], classes);
  assert.deepEqual(perClass.rose, { precision: null, recall: null, n: 0 });
});

test('classification scores - the calibration error is the mean gap between sureness and being right', () => {
  // Four of 0.75 of which two are right, and one that is sure and right.
  const { calibration } = classificationScores(
    [
      called('a', 0, 0.75, 0.25),
      called('b', 0, 0.75, 0.25),
      called('c', 1, 0.75, 0.25),
      called('d', 1, 0.75, 0.25),
      called('e', 0, 1, 0),
    ],
    classes,
  );
  assert.ok(Math.abs(calibration.ece - (4 * 0.25) / 5) < 1e-12);
  assert.deepEqual(
    calibration.bins.map(({ from, n, accuracy }) => [from, n, accuracy]),
    [
      [0.7, 4, 0.5],
      [0.9, 1, 1],
    ],
  );
});

test('classification scores - mistakes come surest first', () => {
  const { mistakes } = classificationScores([called('a', 0, 0.4, 0.6), called('b', 0, 0.1, 0.9)], classes);
  assert.deepEqual(
    mistakes.map(({ name, truth, predicted, probability }) => [name, truth, predicted, probability]),
    [
      ['b', 'daisy', 'rose', 0.9],
      ['a', 'daisy', 'rose', 0.6],
    ],
  );
});

test('largest - the first of equals', () => {
  assert.equal(argMax([0.2, 0.4, 0.4]), 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChosen, type LabelChoice, pendingByRisk } from '../../../../../pipeline/domain/labels/choose.ts';
import { label } from './label.ts';

const labels = [
  label({ index: 0, cause: 'hand', risk: 0 }),
  label({ index: 1, risk: 0.2 }),
  label({ index: 2, cause: 'held', risk: 0.5 }),
  label({ index: 2, track: 2, cause: 'moved', risk: 0.8 }),
];
const chosen = (choice: LabelChoice) =>
  labels.flatMap((candidate, i) => (isChosen(candidate, choice) ? [i] : []));

test('choose - nothing said chooses every label', () => {
  assert.deepEqual(chosen({}), [0, 1, 2, 3]);
});

test('choose - frames are chosen with both ends, and from one on', () => {
  assert.deepEqual(chosen({ frames: { from: 0, to: 1 } }), [0, 1]);
  assert.deepEqual(chosen({ frames: { from: 1, to: Number.POSITIVE_INFINITY } }), [1, 2, 3]);
});

test('choose - a bound belongs to the upper side: below it is less, from it on is at least', () => {
  assert.deepEqual(chosen({ riskBelow: 0.5 }), [0, 1]);
  assert.deepEqual(chosen({ riskFrom: 0.5 }), [2, 3]);
});

test('choose - every condition must hold', () => {
  assert.deepEqual(chosen({ track: 1, cause: 'held' }), [2]);
  assert.deepEqual(chosen({ track: 2, cause: 'held' }), []);
});

test('choose - what waits for a decision comes riskiest first', () => {
  const decided = label({ index: 9, risk: 1, review: 'accepted' });
  assert.deepEqual(
    pendingByRisk([...labels, decided]).map(({ risk }) => risk),
    [0.8, 0.5, 0.2, 0],
  );
});

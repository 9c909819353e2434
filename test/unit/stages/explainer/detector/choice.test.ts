import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose } from '../../../../../stages/explainer/detector/choice.ts';

/** Two strides, 4 + 1 positions, three channels of two labels. */
const reading = { side: 64, strides: [32, 64], outputs: ['deer', 'deer', 'boar'] };
const logit = (probability: number) => Math.log(probability / (1 - probability));

/** A position's row: its box is its own cell; `shares` are objectness and classes, 0..1. */
const row = (...shares: number[]) => [0.5, 0.5, 0, 0, ...shares.map(logit)];
const raw = Float32Array.from([
  ...row(0.5, 0.4, 0.8, 0.1), // [0, 0, 32, 32] deer 0.4
  ...row(0.9, 0.1, 0.1, 0.9), // [32, 0, 32, 32] boar 0.81
  ...row(0.1, 0.5, 0.5, 0.5), // [0, 32, 32, 32]
  ...row(0.1, 0.5, 0.5, 0.5), // [32, 32, 32, 32]
  ...row(0.2, 0.5, 0.5, 0.5), // [0, 0, 64, 64]
]);
const about = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-5);

test('choice - without a box asked about, the best box of all', () => {
  const choice = choose(raw, reading, null)!;
  assert.deepEqual([choice.row, choice.channel, choice.label, choice.iou], [1, 2, 'boar', null]);
  assert.deepEqual(choice.box, [32, 0, 32, 32]);
  about(choice.score, 0.81);
});

test('choice - the box that matches the one asked about by IoU times score, with its best channel', () => {
  const choice = choose(raw, reading, [0, 0, 30, 32])!;
  assert.deepEqual([choice.row, choice.channel, choice.label], [0, 1, 'deer']);
  about(choice.iou!, 30 / 32);
  about(choice.score, 0.4);
});

test('choice - a weak box is chosen where it alone matches', () => {
  const choice = choose(raw, reading, [0, 36, 28, 28])!;
  assert.deepEqual([choice.row, choice.position], [2, { x: 0, y: 1, stride: 32 }]);
});

test('choice - none where no box meets the one asked about', () => {
  assert.equal(choose(raw, reading, [200, 200, 10, 10]), null);
});

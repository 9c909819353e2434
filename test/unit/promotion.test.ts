import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notWorse } from '../../stages/trainer/promotion.ts';

const scores = (all: number, drawn: number | null) => ({
  all: { ap50: all, images: 40 },
  drawn: drawn === null ? null : { ap50: drawn, images: 5 },
});

test('promotion - a better model takes over', () => {
  assert.equal(notWorse(scores(0.9, 0.9), scores(0.8, 0.8)).yes, true);
});

test('promotion - one that is worse on all held-out pictures does not', () => {
  const { yes, why } = notWorse(scores(0.7, 0.9), scores(0.8, 0.8));
  assert.equal(yes, false);
  assert.match(why, /0\.700 against 0\.800/);
});

test('promotion - one that is better only where the active model drew the boxes does not', () => {
  assert.equal(notWorse(scores(0.99, 0.4), scores(0.8, 0.8)).yes, false);
});

test('promotion - a picture more or less among five is chance, two are not', () => {
  assert.equal(notWorse(scores(0.8, 0.65), scores(0.8, 0.8)).yes, true);
  assert.equal(notWorse(scores(0.8, 0.55), scores(0.8, 0.8)).yes, false);
});

test('promotion - with nothing held out there is nothing to hold against it', () => {
  assert.equal(notWorse({ all: null, drawn: null }, { all: null, drawn: null }).yes, true);
});

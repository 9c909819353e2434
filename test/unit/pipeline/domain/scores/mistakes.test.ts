import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readDetectorTraining,
  withDetectorTraining,
} from '../../../../../pipeline/domain/models/detector/training.ts';
import type { ScoredImage } from '../../../../../pipeline/domain/scores/detection.ts';
import { isNearInClip, shownIn, worstMistakes } from '../../../../../pipeline/domain/scores/mistakes.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';

const deer = (box: Box) => ({ box, label: 'deer' });
const found = (box: Box, score: number, label = 'deer') => ({ box, label, score });
const here: Box = [10, 10, 40, 40];
const there: Box = [100, 100, 40, 40];
const missed = (side: number): ScoredImage => ({ truth: [deer([0, 0, side, side])], found: [] });
const alarm = (score: number): ScoredImage => ({ truth: [], found: [found(there, score)] });
/** Shifted by `by` of 40 px. */
const loose = (by: number): ScoredImage => ({
  truth: [deer(here)],
  found: [found([10 + by, 10, 40, 40], 0.9)],
});
const words = (images: readonly ScoredImage[], most?: number) =>
  worstMistakes(images, most === undefined ? {} : { most }).map(
    ({ wrong, picture }) => `${wrong} ${picture}`,
  );

test('mistakes - none where each animal has a box that fits, whatever else is barely seen', () => {
  const right: ScoredImage = { truth: [deer(here)], found: [found(here, 0.3), found(there, 0.2)] };
  assert.deepEqual(worstMistakes([right, { truth: [], found: [] }]), []);
});

test('mistakes - an animal nothing found, a box where none is, a box that fits badly', () => {
  const [first, second, third] = worstMistakes([loose(15), alarm(0.6), missed(30)]);
  assert.deepEqual(first, {
    picture: 2,
    wrong: 'missed',
    box: [0, 0, 30, 30],
    label: 'deer',
    score: null,
    overlap: 0,
  });
  assert.deepEqual(second, { picture: 1, wrong: 'false', box: there, label: 'deer', score: 0.6, overlap: 0 });
  assert.deepEqual([third?.wrong, third?.picture, third?.score], ['loose', 0, 0.9]);
  assert.ok(Math.abs(third!.overlap - 25 / 55) < 1e-9);
});

test('mistakes - the largest animal, the surest box and the least overlap come first', () => {
  const images = [missed(20), missed(50), alarm(0.4), alarm(0.9), loose(10), loose(20)];
  assert.deepEqual(words(images), ['missed 1', 'missed 0', 'false 3', 'false 2', 'loose 5', 'loose 4']);
});

test('mistakes - at most so many, of each kind in turn', () => {
  const images = [...[1, 2, 3, 4, 5].map((side) => missed(10 * side)), alarm(0.5), loose(20)];
  assert.deepEqual(words(images, 4), ['missed 4', 'missed 3', 'false 5', 'loose 6']);
  assert.equal(worstMistakes(Array.from({ length: 40 }, () => alarm(0.5))).length, 12);
});

test('mistakes - a picture is shown once, with its first', () => {
  const both: ScoredImage = { truth: [deer(here)], found: [found(there, 0.9)] };
  assert.deepEqual(words([both, alarm(0.3)]), ['missed 0', 'false 1']);
});

test('mistakes - of frames that look alike only the worst is chosen', () => {
  const images = [missed(20), missed(50), missed(30), missed(10)];
  const place = [0, 10, 24, 36].map((index) => ({ clip: 'a', index }));
  const alike = (a: number, b: number) => isNearInClip(place[a]!, place[b]!);
  assert.deepEqual(
    worstMistakes(images, { alike }).map(({ picture }) => picture),
    [1, 3],
  );
  assert.equal(isNearInClip({ clip: 'a', index: 1 }, { clip: 'b', index: 1 }), false);
});

test('mistakes - those of chosen pictures come before worse ones of others', () => {
  const images = [missed(50), alarm(0.9), missed(20), loose(15)];
  const first = (picture: number) => picture >= 2;
  const places = (most: number) => worstMistakes(images, { most, first }).map(({ picture }) => picture);
  assert.deepEqual(places(2), [2, 3]);
  assert.deepEqual(places(3), [2, 0, 3], 'others fill what is left');
});

test('mistakes - a second box on one animal is false, and so is one of another label', () => {
  const twice: ScoredImage = { truth: [deer(here)], found: [found(here, 0.8), found([12, 10, 40, 40], 0.7)] };
  assert.deepEqual(words([twice]), ['false 0']);
  const mistaken: ScoredImage = { truth: [deer(here)], found: [found(here, 0.8, 'boar')] };
  assert.deepEqual(
    worstMistakes([mistaken]).map(({ wrong, label }) => [wrong, label]),
    [['missed', 'deer']],
  );
});

test('mistakes - a picture shows what is there and what counts as found', () => {
  const image: ScoredImage = { truth: [deer(here)], found: [found(here, 0.25), found(there, 0.24)] };
  assert.deepEqual(shownIn(image), { truth: [deer(here)], found: [found(here, 0.25)] });
});

test('mistakes - kept with the model, and left where the file is of another kind', () => {
  const picture = { clip: '0123456789abcdef', index: 3, name: 'deer.mp4#3', width: 640, height: 360 };
  const [{ picture: _, ...mistake } = assert.fail()] = worstMistakes([alarm(0.9)]);
  const scores = { images: 3, ap50: 0.5, ap50_95: 0.3, meanIoU: 0.6, recall: 0.4 };
  const training = {
    mistakes: [{ ...mistake, ...shownIn(alarm(0.9)), picture, isDrawn: true }],
    drawn: { scores, startScores: null, interval: [0.1, 0.9] as [number, number] },
    why: 'no other model is active',
  };
  const files = withDetectorTraining(new Map([['card.json', new Uint8Array(3)]]), training);
  assert.deepEqual(readDetectorTraining(files), training);
  assert.equal(readDetectorTraining(new Map()), null);
  const other = new TextEncoder().encode('{"mistakes": 3}');
  assert.equal(readDetectorTraining(new Map([['training.json', other]])), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../../../pipeline/domain/vision/box.ts';
import type { Found } from '../../../../schemas/boxes.ts';
import { matchDetections, unmatchedDetections } from '../../../../stages/tracker/match.ts';

const rules = { minScore: 0.25, weakScore: 0.1 };
const tracked: Box = [100, 100, 80, 60];
const found = (box: Box, score: number): Found => ({ box: [...box], score, label: 'deer' });
const claim = (...candidates: readonly Found[]) => ({ box: tracked, missed: 0, found: candidates });
const scores = (taken: readonly (Found | null)[]) => taken.map((found) => found?.score ?? null);

test('match - the box that overlaps the tracked one goes before a surer one beside it', () => {
  const near = found([104, 102, 80, 60], 0.6);
  const beside = found([150, 130, 80, 60], 0.9);
  assert.deepEqual(scores(matchDetections([claim(beside, near)], rules)), [0.6]);
});

test('match - of two that overlap it alike, the surer one', () => {
  const boxes = [found([104, 100, 80, 60], 0.5), found([96, 100, 80, 60], 0.8)];
  assert.deepEqual(scores(matchDetections([claim(...boxes)], rules)), [0.8]);
});

test('match - no box that the animal cannot have reached or become', () => {
  assert.deepEqual(scores(matchDetections([claim(found([161, 100, 80, 60], 0.9))], rules)), [null]);
  assert.deepEqual(
    scores(matchDetections([claim(found([120, 120, 40, 30], 0.9))], rules)),
    [null],
    'a quarter',
  );
  assert.deepEqual(
    scores(matchDetections([claim(found([70, 70, 140, 100], 0.9))], rules)),
    [null],
    'three times',
  );
});

test('match - the longer it was not seen, the farther it may have gone', () => {
  const far = found([161, 100, 80, 60], 0.9);
  assert.deepEqual(scores(matchDetections([{ box: tracked, missed: 2, found: [far] }], rules)), [0.9]);
});

test('match - a low score is enough where the box overlaps the tracked one by half', () => {
  assert.deepEqual(scores(matchDetections([claim(found([105, 100, 80, 60], 0.12))], rules)), [0.12]);
  assert.deepEqual(scores(matchDetections([claim(found([145, 100, 80, 60], 0.12))], rules)), [null]);
  assert.deepEqual(scores(matchDetections([claim(found([105, 100, 80, 60], 0.09))], rules)), [null]);
});

test('match - two animals side by side keep their own boxes, whichever track comes first', () => {
  const left: Box = [100, 100, 80, 60];
  const right: Box = [150, 100, 80, 60];
  const both = [found([152, 100, 80, 60], 0.9), found([101, 100, 80, 60], 0.5)];
  const claims = [left, right].map((box) => ({ box, missed: 0, found: both }));
  assert.deepEqual(scores(matchDetections(claims, rules)), [0.5, 0.9]);
  assert.deepEqual(scores(matchDetections(claims.toReversed(), rules)), [0.9, 0.5]);
});

test('match - one animal seen in two regions is given once', () => {
  const claims = [claim(found([101, 100, 80, 60], 0.9)), claim(found([103, 101, 80, 60], 0.8))];
  assert.deepEqual(scores(matchDetections(claims, rules)), [0.9, null]);
});

test('match - a box that a person drew in this frame is no other track’s', () => {
  assert.deepEqual(
    scores(matchDetections([claim(found([101, 100, 80, 60], 0.9))], rules, [[100, 100, 80, 60]])),
    [null],
  );
});

test('newcomers - those sure enough, best first', () => {
  const boxes = [found([0, 0, 50, 50], 0.6), found([200, 0, 50, 50], 0.9), found([400, 0, 50, 50], 0.4)];
  assert.deepEqual(scores(unmatchedDetections(boxes, [], 0.5)), [0.9, 0.6]);
});

test('newcomers - not an animal that is known, nor a part of it, nor a pair of it and another', () => {
  const known: Box[] = [[100, 100, 80, 60]];
  assert.deepEqual(unmatchedDetections([found([105, 100, 80, 60], 0.9)], known, 0.5), []);
  assert.deepEqual(unmatchedDetections([found([100, 100, 25, 25], 0.9)], known, 0.5), [], 'its head');
  assert.deepEqual(
    unmatchedDetections([found([90, 90, 200, 90], 0.9)], known, 0.5),
    [],
    'two animals as one',
  );
  assert.deepEqual(
    scores(unmatchedDetections([found([160, 100, 80, 60], 0.9)], known, 0.5)),
    [0.9],
    'its neighbour',
  );
});

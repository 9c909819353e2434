import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type TrackedBox,
  type TrackingScores,
  trackingScores,
} from '../../../../../pipeline/domain/scores/tracking.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';

type Row = [frame: number, track: number, x: number, y: number, w: number, h: number];
interface Case {
  readonly frames: number;
  readonly truth: readonly Row[];
  readonly labels: readonly Row[];
  readonly scores: TrackingScores;
}

// Made by tracking-scores.py beside it.
const cases: readonly Case[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'cases/tracking-scores.json'), 'utf8'),
);

const boxesOf = (rows: readonly Row[], clip = 'c'): TrackedBox[] =>
  rows.map(([frame, track, ...box]) => ({ clip, frame, track, box }));
const framesOf = (count: number, clip = 'c') =>
  Array.from({ length: count }, (_, frame) => ({ clip, frame }));

function assertNear(found: TrackingScores, expected: TrackingScores): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const difference = Math.abs(found[name as keyof TrackingScores] - value); // the same keys, see above
    assert.ok(difference < 1e-12, `${name}: ${found[name as keyof TrackingScores]} and ${value}`);
  }
}

test('tracking scores - equal TrackEval on tracks that are missed, swapped, broken and made up', () => {
  for (const { frames, truth, labels, scores } of cases) {
    assertNear(trackingScores(framesOf(frames), boxesOf(truth), boxesOf(labels)), scores);
  }
});

test('tracking scores - labels equal to the truth are perfect, whatever the tracks are called', () => {
  const { frames, truth } = cases[2]!;
  const renamed = truth.map(([frame, track, ...box]): Row => [frame, 100 - track, ...box]);
  const { hota, detA, assA, locA, idf1, switches, mota } = trackingScores(
    framesOf(frames),
    boxesOf(truth),
    boxesOf(renamed),
  );
  for (const value of [hota, detA, assA, locA, idf1, mota])
    assert.ok(Math.abs(value - 1) < 1e-12, `${value}`);
  assert.equal(switches, 0);
});

test('tracking scores - two animals that swap tracks half way: all is detected, half is associated', () => {
  const [left, right]: [Box, Box] = [
    [0, 0, 10, 10],
    [50, 0, 10, 10],
  ];
  const truth = [0, 1, 2, 3].flatMap((frame): Row[] => [
    [frame, 1, ...left],
    [frame, 2, ...right],
  ]);
  const swapped = truth.map(([frame, track, ...box]): Row => [frame, frame < 2 ? track : 3 - track, ...box]);
  const scores = trackingScores(framesOf(4), boxesOf(truth), boxesOf(swapped));
  // Each of four pairs of tracks agrees in 2 frames of 4 + 4 - 2.
  assert.ok(Math.abs(scores.assA - 1 / 3) < 1e-12, `${scores.assA}`);
  assert.equal(scores.detA, 1);
  assert.deepEqual([scores.idf1, scores.switches, scores.fragments], [0.5, 2, 0]);
});

test('tracking scores - clips are scored together, and their tracks are not each other’s', () => {
  const { frames, truth, labels, scores } = cases[1]!;
  const twice = trackingScores(
    [...framesOf(frames, 'a'), ...framesOf(frames, 'b')],
    [...boxesOf(truth, 'a'), ...boxesOf(truth, 'b')],
    [...boxesOf(labels, 'b'), ...boxesOf(labels, 'a')],
  );
  assertNear(twice, { ...scores, switches: 2 * scores.switches, fragments: 2 * scores.fragments });
});

test('tracking scores - nothing labelled, and labels on frames of which nothing is known', () => {
  const truth = boxesOf([[0, 1, 0, 0, 9, 9]]);
  const none = { hota: 0, detA: 0, assA: 0, locA: 1, idf1: 0, switches: 0, fragments: 0, mota: 0 };
  assertNear(trackingScores(framesOf(1), truth, []), none);
  assertNear(trackingScores(framesOf(1), truth, boxesOf([[7, 1, 0, 0, 9, 9]])), none);
});

/** Black-box maps of a model that is known: it is as sure as the square's left half is bright. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import type { Probe } from '../../../../../stages/explainer/case.ts';
import type { Maps } from '../../../../../stages/explainer/maps.ts';
import { dRise, randomMask, weighted } from '../../../../../stages/explainer/method/d-rise.ts';
import { mostVaried, scoreCam } from '../../../../../stages/explainer/method/score-cam.ts';

before(() => openBackend('wasm'));

const side = 32;

function leftHalf(): Probe {
  return {
    side,
    picture: tf.fill([1, side, side, 3], 200),
    covered: { width: side, height: side },
    neutral: 0,
    async scores(pictures) {
      const means = tf.tidy(() =>
        tf.mean(tf.slice(pictures, [0, 0, 0, 0], [-1, -1, side / 2, -1]), [1, 2, 3]),
      );
      const values = await means.data();
      means.dispose();
      return Float32Array.from(values, (value) => value / 200);
    },
  };
}

/** 1 x 2 cells; channel 0 is high left, 1 is high right, 2 is the same everywhere. */
const maps: Maps = { values: Float32Array.of(4, 0, 5, 0, 2, 5), height: 1, width: 2, channels: 3 };

test('Score-CAM - each map weighs by what the model makes of the picture through it', async () => {
  const map = await scoreCam(maps, leftHalf(), 3);
  assert.deepEqual([map.width, map.height], [2, 1]);
  // Through channel 0 most of the left is seen, through 1 little; 2 hides nothing and has no say.
  assert.ok(map.values[0]! > 4 * map.values[1]!, `${[...map.values]}`);
});

test('Score-CAM - tries the channels that vary most, and no even ones', () => {
  assert.deepEqual(mostVaried(maps, 3), [0, 1]);
  assert.deepEqual(mostVaried(maps, 1), [0]);
});

test('Score-CAM and D-RISE - leave no tensors behind', async () => {
  const probe = leftHalf();
  const count = tf.memory().numTensors;
  await scoreCam(maps, probe, 3);
  await dRise(probe, { masks: 9, grid: 4, shownShare: 0.5, seed: 1 });
  assert.equal(tf.memory().numTensors, count);
});

test('D-RISE - finds what the score depends on, and the same each time', async () => {
  const options = { masks: 200, grid: 4, shownShare: 0.5, seed: 3 };
  const map = await dRise(leftHalf(), options);
  let [left, right] = [0, 0];
  map.values.forEach((value, i) => {
    if (i % map.width < map.width / 2) left += value;
    else right += value;
  });
  assert.ok(left > 3 * right, `${left}, ${right}`);
  assert.deepEqual(await dRise(leftHalf(), options), map);
});

test('D-RISE - masks are 0..1 and keep about the share they should', () => {
  const random = seededRandom(5);
  const means = Array.from({ length: 50 }, () => {
    const { values } = randomMask(random, 24, 6, 0.5);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
});

test('D-RISE - each cell has its mean score above the mean of all', () => {
  const mask = (...values: number[]) => ({ values: Float32Array.from(values), width: 2, height: 1 });
  const { values } = weighted([mask(1, 0), mask(0, 1)], Float32Array.of(0.9, 0.1));
  assert.ok(Math.abs(values[0]! - 0.4) < 1e-6 && Math.abs(values[1]! + 0.4) < 1e-6);
});

/** The first map of a picture comes from the run that found the box, whichever way that was made. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { missing } from '../../../../../pipeline/domain/models/backend/native.ts';
import { Detector } from '../../../../../pipeline/domain/models/detector/detector.ts';
import type { Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { DetectorCase } from '../../../../../stages/explainer/detector/case.ts';
import { FastRun } from '../../../../../stages/explainer/detector/fast-run.ts';
import { partWith } from '../../../../../stages/explainer/detector/heads.ts';
import { Trace } from '../../../../../stages/explainer/trace.ts';
import { untrainedDetector } from '../../../../fixtures/untrained-detector.ts';

const absent = missing('native');

before(() => openBackend(absent === undefined ? 'native' : 'wasm'));

const side = 64;
const detectorOf = async () => Detector.load(await untrainedDetector({ side, classes: ['deer'], seed: 3 }));
const noise: Raster = {
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7919 + (i >> 3) * 104729) % 256),
  width: side,
  height: side,
};

function assertAlike(found: Float32Array, expected: Float32Array): void {
  const most = Math.max(...expected.map(Math.abs));
  assert.ok(most > 0);
  for (const [i, value] of found.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-3 * most);
}

test('heads - the gradient of a row is the same by its own head alone as by the whole output', async () => {
  const { model, reading } = await detectorOf();
  const trace = new Trace(model, tf.randomUniform([1, side, side, 3], 0, 255, 'float32', 1));
  const objectness = (row: number) => (output: tf.Tensor) =>
    tf.sum<tf.Scalar>(tf.slice(output, [0, row, 4], [1, 1, 1]));
  const rows = reading.strides.reduce((sum, stride) => sum + (side / stride) ** 2, 0);
  for (const row of [0, 5, rows - 1]) {
    const part = partWith(model, row);
    const layer = row === rows - 1 ? 'neck/out5' : 'neck/out4';
    const whole = await trace.gradient(layer, objectness(row));
    assertAlike((await trace.gradient(layer, objectness(part.row), part.symbol)).values, whole.values);
  }
});

test('heads - a head that does not see the layer has no gradient over it', async () => {
  const { model } = await detectorOf();
  const trace = new Trace(model, tf.zeros([1, side, side, 3]));
  const { symbol } = partWith(model, 0);
  const { values } = await trace.gradient('neck/out5', (output) => tf.sum<tf.Scalar>(output), symbol);
  assert.ok(values.every((value) => value === 0));
});

test('case - the map by the run that found the box is the map of a run of its own', async () => {
  const detector = await detectorOf();
  const opened = await DetectorCase.open(detector, noise, { box: null, region: null });
  for (const method of ['gradcam', 'layercam', 'eigencam'] as const) {
    assertAlike((await opened.mapAsOpened(method)).values, (await opened.map(method)).values);
  }
  opened.dispose();
});

test('fast run - gives the box and the map that the layers give, and leaves nothing behind', {
  skip: absent ?? false,
}, async () => {
  const detector = await detectorOf();
  const fast = await FastRun.open(detector);
  assert.ok(fast);
  const question = { box: null, region: null };
  const slow = await DetectorCase.open(detector, noise, question);
  const count = tf.memory().numTensors;
  const opened = await DetectorCase.open(detector, noise, question, fast);
  assert.equal(opened.choice.row, slow.choice.row);
  assertAlike((await opened.mapAsOpened('gradcam')).values, (await slow.mapAsOpened('gradcam')).values);
  opened.dispose();
  assert.equal(tf.memory().numTensors, count);
  slow.dispose();
  fast.dispose();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FatalError } from '../../../../../pipeline/runtime/errors.ts';
import type { Maps } from '../../../../../stages/explainer/maps.ts';
import { cam } from '../../../../../stages/explainer/method/cam.ts';
import { eigenCam, firstAxis } from '../../../../../stages/explainer/method/eigen-cam.ts';
import { gradCam, gradCamWeights } from '../../../../../stages/explainer/method/grad-cam.ts';
import {
  gradCamPlusPlus,
  gradCamPlusPlusWeights,
} from '../../../../../stages/explainer/method/grad-cam-plus-plus.ts';
import { hiResCam } from '../../../../../stages/explainer/method/hires-cam.ts';
import { layerCam } from '../../../../../stages/explainer/method/layer-cam.ts';

/** Two positions side by side, two channels each. */
const row = (...values: number[]): Maps => ({
  values: Float32Array.from(values),
  height: 1,
  width: 2,
  channels: 2,
});

const maps = row(1, 2, 3, 4);
const gradients = row(0.5, -1, 1.5, 0);

test('CAM - sums the maps by the class weights and keeps the sign', () => {
  assert.deepEqual([...cam(maps, [2, -3]).values], [-4, -6]);
});

test('CAM - refuses weights of another layer', () => {
  assert.throws(() => cam(maps, [1]), FatalError);
});

test('Grad-CAM - weighs each map by its mean gradient and cuts off what speaks against', () => {
  assert.deepEqual([...gradCamWeights(gradients)], [1, -0.5]);
  assert.deepEqual([...gradCam(maps, gradients).values], [0, 1]); // 1 * 1 - 0.5 * 2, 3 - 2
  assert.deepEqual([...gradCam(row(1, 4, 0, 0), gradients).values], [0, 0]);
});

test('Grad-CAM++ - weighs positions by equation 19', () => {
  // channel 0: maps sum to 4; 0.5: 0.25 / (0.5 + 0.125 * 4) * 0.5, and 1.5: 2.25 / (4.5 + 3.375 * 4) * 1.5
  const expected = 0.125 + (2.25 / 18) * 1.5;
  const [first, second] = gradCamPlusPlusWeights(maps, gradients);
  assert.ok(Math.abs(first! - expected) < 1e-12);
  assert.equal(second, 0); // no positive gradient
  assert.ok(Math.abs(gradCamPlusPlus(maps, gradients).values[1]! - 3 * expected) < 1e-6);
});

test('HiResCAM - weighs each value by its own gradient', () => {
  assert.deepEqual([...hiResCam(maps, gradients).values], [0, 4.5]); // 0.5 - 2, 4.5 + 0
});

test('LayerCAM - leaves out gradients that speak against', () => {
  assert.deepEqual([...layerCam(maps, gradients).values], [0.5, 4.5]);
});

test('EigenCAM - projects on the axis of largest variance, toward where the layer is more active', () => {
  // three positions along (3, 4) / 5 through the origin
  const line: Maps = { values: Float32Array.of(0, 0, 3, 4, 6, 8), height: 1, width: 3, channels: 2 };
  const axis = [...firstAxis(line)].map(Math.abs);
  assert.ok(Math.abs(axis[0]! - 0.6) < 1e-9 && Math.abs(axis[1]! - 0.8) < 1e-9);
  const { values } = eigenCam(line);
  for (const [i, expected] of [0, 0, 5].entries()) assert.ok(Math.abs(values[i]! - expected) < 1e-5);
});

test('EigenCAM - maps that are the same everywhere give an empty map, not NaN', () => {
  assert.deepEqual([...eigenCam(row(1, 1, 1, 1)).values], [0, 0]);
});

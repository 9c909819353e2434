/** The randomisation check: its measures on literals, and its verdicts on a small network. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import type { Case } from '../../../../../stages/explainer/case.ts';
import { draw } from '../../../../../stages/explainer/method/draw.ts';
import { cascade } from '../../../../../stages/explainer/sanity/cascade.ts';
import { checkSanity, recordName } from '../../../../../stages/explainer/sanity/check.ts';
import { rankCorrelation, ranks, ssim } from '../../../../../stages/explainer/sanity/compare.ts';
import { blocksOf } from '../../../../../stages/explainer/sanity/randomise.ts';
import { mostPictures, sanityVerdict } from '../../../../../stages/explainer/sanity/verdict.ts';

before(() => openBackend('wasm'));

const floats = (...values: number[]) => Float32Array.from(values);
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}`);

test('ranks - equal values share their mean rank', () => {
  assert.deepEqual([...ranks(floats(5, 1, 5, 3))], [2.5, 0, 2.5, 1]);
});

test('rank correlation - sees order and not size; an even map is like none', () => {
  near(rankCorrelation(floats(1, 2, 3, 4), floats(1, 10, 100, 1000)), 1);
  near(rankCorrelation(floats(1, 2, 3, 4), floats(9, 7, 5, 3)), -1);
  near(rankCorrelation(floats(1, 2, 3, 4, 5), floats(2, 1, 4, 3, 5)), 0.8); // 1 - 6 Σd² / (n (n² - 1)), Σd² = 4
  assert.equal(rankCorrelation(floats(1, 2, 3), floats(0, 0, 0)), 0);
});

test('ssim - is 1 for the same map and below for another', () => {
  const map = (values: Float32Array) => ({ values, width: 6, height: 6 });
  const slope = map(Float32Array.from({ length: 36 }, (_, i) => i / 36));
  const turned = map(slope.values.toReversed());
  near(ssim(slope, slope), 1);
  assert.ok(ssim(slope, turned) < 0.2);
});

/** Two convolutions, pooling, one dense layer; explained at the second. */
function smallCase(): Case & { input: tf.Tensor4D } {
  const { conv2d, globalAveragePooling2d, dense } = tfl.layers;
  const conv = (name: string, seed: number) =>
    conv2d({
      name,
      filters: 8,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: tfl.initializers.heNormal({ seed }),
    });
  const model = tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [16, 16, 3] }),
      conv('first', 1),
      conv('maps', 2),
      globalAveragePooling2d({}),
      dense({ name: 'scores', units: 3, kernelInitializer: tfl.initializers.glorotNormal({ seed: 3 }) }),
    ],
  });
  const input = tf.randomUniform<tf.Rank.R4>([1, 16, 16, 3], 0, 1, 'float32', 9);
  const probe = {
    side: 16,
    picture: input,
    covered: { width: 16, height: 8 },
    neutral: 0,
    scores: async () => floats(1),
  };
  const score = (output: tf.Tensor) => tf.sum<tf.Scalar>(tf.slice(output, [0, 0], [1, 1]));
  const drawing = { model, input, layer: 'maps', score, probe, camWeights: null };
  return { model, layer: 'maps', probe, input, map: (method) => draw(method, drawing) };
}

test('blocks - first what comes after the layer, then the rest from the top', () => {
  const blocks = blocksOf(smallCase().model, 'maps', 2);
  assert.deepEqual(
    blocks.map(({ name, layers }) => [name, layers.map((layer) => layer.name)]),
    [
      ['above maps', ['scores']],
      ['down to maps', ['maps']],
      ['down to first', ['first']],
    ],
  );
});

test('sanity - Grad-CAM passes, and EigenCAM, which asks no output, fails at once', async () => {
  const question = smallCase();
  const run = async (method: 'gradcam' | 'eigencam') => {
    const steps = await cascade(question, method, { below: 2, seed: 4 });
    return { steps, verdict: sanityVerdict({ pictures: [{ picture: 'a', layer: 'maps', ms: 0, steps }] })! };
  };
  const [grad, eigen] = [await run('gradcam'), await run('eigencam')];
  assert.ok(grad.verdict.passes, grad.verdict.says);
  near(eigen.steps[0]!.rank, 1);
  assert.ok(!eigen.verdict.passes);
  assert.match(eigen.verdict.says, /fails the sanity check.*random head/);
});

test('sanity - the weights are what they were, also after a failure, and no tensors stay', async () => {
  const question = smallCase();
  const weights = () => question.model.getWeights().map((weight) => [...weight.dataSync()]);
  const before = weights();
  const count = tf.memory().numTensors;
  await cascade(question, 'gradcam', { below: 2, seed: 1 });
  assert.deepEqual(weights(), before);
  assert.equal(tf.memory().numTensors, count);
  let asked = 0;
  const failing: Case = {
    ...question,
    map: (method) => {
      asked += 1;
      return asked > 2 ? Promise.reject(new Error('no more')) : question.map(method);
    },
  };
  await assert.rejects(cascade(failing, 'gradcam', { below: 2, seed: 1 }), /no more/);
  assert.deepEqual(weights(), before);
});

test('sanity - is made with the first pictures, kept, and never twice with one', async () => {
  const kept = new Map<string, Uint8Array>();
  const store = {
    get: async (name: string) => kept.get(name) ?? null,
    put: async (name: string, content: Uint8Array) => {
      kept.set(name, content);
    },
  };
  const question = smallCase();
  const pictures: number[] = [];
  for (const picture of ['a', 'a', 'b', 'c', 'd']) {
    const sanity = await checkSanity(store, question, {
      model: '0123456789abcdef',
      method: 'gradcam',
      picture,
    });
    pictures.push(sanity!.pictures);
  }
  assert.deepEqual(pictures, [1, 1, 2, mostPictures, mostPictures]);
  assert.deepEqual([...kept.keys()], ['sanity.0123456789abcdef/gradcam.json']);
  assert.equal(await checkSanity(store, question, { model: 'm', method: 'drise', picture: 'a' }), null);
});

test('sanity - a damaged record is made again', async () => {
  const store = { get: async () => new TextEncoder().encode('{"pictures": 1}'), put: async () => {} };
  const sanity = await checkSanity(store, smallCase(), { model: 'm', method: 'gradcam', picture: 'a' });
  assert.equal(sanity?.pictures, 1);
});

test('sanity - a layer that was asked for has a record of its own', () => {
  assert.equal(
    recordName({ model: 'm', method: 'layercam', layer: 'neck/out4' }),
    'sanity.m/layercam@neck.out4.json',
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { buildClassifierNetwork } from '../../../../../../pipeline/domain/models/classifier/network.ts';
import { pretrainedClassifierNetwork } from '../../../../../../pipeline/domain/models/classifier/pretrained.ts';
import { channelsOf } from '../../../../../../pipeline/domain/models/mobilenet/body.ts';
import { ConvLayer } from '../../../../../../pipeline/domain/models/network/conv-layer.ts';
import { seededRandom } from '../../../../../../pipeline/domain/statistics/seeded-random.ts';
import { PoisonError } from '../../../../../../pipeline/runtime/errors.ts';
import { writeKerasWeights } from '../../../../../fixtures/keras-weights.ts';
import { dataPath, noData } from '../../../../../fixtures/shared-data.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-pretrained-'));
const weights = join(folder, 'model.json');
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  await openBackend('wasm');
  await writeKerasWeights(folder);
});

test('MobileNetV2 - channels are multiples of 8, never a tenth too few', () => {
  assert.deepEqual([32, 24 * 0.35, 32 * 0.35, 1280 * 1.4, 16 * 0.35].map(channelsOf), [32, 8, 16, 1792, 8]);
});

test('MobileNetV2 - has the parameters of keras.applications’, batch norms folded', () => {
  const model = buildClassifierNetwork({ alpha: 1, side: 224, classes: 1000, seed: 1 });
  const norms = model.layers.reduce(
    (sum, layer) => sum + (layer instanceof ConvLayer ? layer.getWeights()[1]!.size : 0),
    0,
  );
  // Keras: 3,538,984, with four numbers a channel where ours has one.
  assert.equal(model.countParams() + 3 * norms, 3_538_984);
  model.dispose();
});

test('pretrained - batch norm is folded: the same numbers as with it', async () => {
  const { model, alpha } = await pretrainedClassifierNetwork(weights, { side: 32, classes: 2, seed: 1 });
  assert.equal(alpha, 0.35);
  const original = buildClassifierNetwork({ alpha: 0.35, side: 32, classes: 2, seed: 7 });
  const [kernel] = original.getLayer('Conv1').getWeights() as [tf.Tensor4D];
  const [foldedKernel, bias] = model.getLayer('Conv1').getWeights() as [tf.Tensor4D, tf.Tensor1D];
  const random = seededRandom(3); // as the file was written: the first layer's norm comes first
  const some = (low: number, high: number) =>
    tf.tensor1d(Array.from({ length: 16 }, () => random.between(low, high)));
  const [gamma, beta, mean, variance] = [some(0.5, 1.5), some(-0.2, 0.5), some(-0.2, 0.2), some(0.3, 1)];
  const x = tf.randomUniform<tf.Rank.R4>([1, 8, 8, 3], -1, 1, 'float32', 5);
  const normed = tf.batchNorm(tf.conv2d(x, kernel, 2, 'same'), mean!, variance!, beta, gamma, 1e-3);
  const folded = tf.add(tf.conv2d(x, foldedKernel, 2, 'same'), bias);
  const most = tf.max(tf.abs(tf.sub(normed, folded))).dataSync()[0]!;
  assert.ok(most < 1e-5, `${most}`);
});

test('pretrained - padding at stride 2 is Keras’: nothing at the top and left, one below and right', async () => {
  const conv = { filters: 1, kernel: 3, stride: 2, depthwise: false, activation: 'linear' } as const;
  const layer = new ConvLayer({ name: 'padding', ...conv, padding: 'keras', biasStart: 0, seed: 1 });
  layer.build([null, 4, 4, 1]);
  layer.setWeights([tf.ones([3, 3, 1, 1]), tf.zeros([1])]);
  const sums = layer.call(tf.ones([1, 4, 4, 1])).dataSync();
  assert.deepEqual([...sums], [9, 6, 6, 4]);
});

test('pretrained - weights of another network are refused, and so is a file that is none', async () => {
  const other = join(folder, 'other.json');
  const manifest = [
    { paths: ['other.bin'], weights: [{ name: 'dense/kernel', shape: [1], dtype: 'float32' }] },
  ];
  await writeFile(join(folder, 'other.bin'), new Uint8Array(4));
  await writeFile(other, JSON.stringify({ weightsManifest: manifest }));
  const shape = { side: 32, classes: 2, seed: 1 };
  await assert.rejects(pretrainedClassifierNetwork(other, shape), /no layer block_16_project/);
  await writeFile(join(folder, 'broken.h5'), 'not HDF5');
  await assert.rejects(pretrainedClassifierNetwork(join(folder, 'broken.h5'), shape), PoisonError);
  await assert.rejects(pretrainedClassifierNetwork(join(folder, 'none.h5'), shape), PoisonError);
});

const h5 = dataPath('weights/mobilenet_v2_1.0_224_no_top.h5');

test('pretrained - reads Keras’ .h5', { skip: h5 === undefined && noData }, async () => {
  const { model, alpha } = await pretrainedClassifierNetwork(h5 ?? '', { side: 32, classes: 5, seed: 1 });
  assert.equal(alpha, 1);
  assert.equal(model.getLayer('Conv_1').getWeights()[0]!.shape.join(), '1,1,320,1280');
  model.dispose();
});

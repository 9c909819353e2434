import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { isClassifier, readClassifierCard } from '../../../../../pipeline/domain/models/classifier/card.ts';
import { Classifier } from '../../../../../pipeline/domain/models/classifier/classifier.ts';
import { buildClassifierNetwork } from '../../../../../pipeline/domain/models/classifier/network.ts';
import { pretrainedClassifierNetwork } from '../../../../../pipeline/domain/models/classifier/pretrained.ts';
import { type ModelFiles, modelFromFiles } from '../../../../../pipeline/domain/models/files.ts';
import { channelsOf } from '../../../../../pipeline/domain/models/mobilenet/body.ts';
import { ConvLayer } from '../../../../../pipeline/domain/models/network/conv-layer.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import { encodePng, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { PoisonError, UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { ClassifierCase } from '../../../../../stages/explainer/classifier/case.ts';
import { explainClassifier } from '../../../../../stages/explainer/classifier/explain.ts';
import { classifierExplanationFiles } from '../../../../../stages/explainer/classifier/files.ts';
import { correlation } from '../../../../../stages/explainer/sanity/compare.ts';
import { balancedWeights } from '../../../../../stages/trainer/classifier/fit.ts';
import { type InspectedExample, inspectExamples } from '../../../../../stages/trainer/classifier/inspect.ts';
import { trainClassifier } from '../../../../../stages/trainer/classifier/train.ts';
import { writeKerasWeights } from '../../../../fixtures/keras-weights.ts';
import { dataPath, noData } from '../../../../fixtures/shared-data.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-classifier-'));
const weights = join(folder, 'model.json');
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  await openBackend('wasm');
  await writeKerasWeights(folder);
});

/** A picture of one colour with a little noise. */
function coloured(colour: readonly [number, number, number], seed: number): Raster {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => {
    return Math.max(0, Math.min(255, colour[i % 3]! + 12 * (random.next() - 0.5)));
  });
  return { data, width: 40, height: 30 };
}

const colours = { green: [40, 180, 60], red: [200, 40, 50], blue: [40, 60, 210] } as const;
const classes = Object.keys(colours);

async function pictures(perClass: number, seed: number): Promise<readonly InspectedExample[]> {
  const examples = Object.entries(colours).flatMap(([name, colour], label) =>
    Array.from({ length: perClass }, (_, i) => ({
      name: `${name}/${i}.png`,
      label,
      bytes: () => encodePng(coloured(colour, seed + 100 * label + i)),
    })),
  );
  // Noise on one colour is all alike to a fingerprint: taken as they are.
  const { kept } = await inspectExamples(examples.slice(0, 1));
  return examples.map((one, i) => ({ ...one, digest: `${i}`, fingerprint: kept[0]!.fingerprint }));
}

async function trained(recipe: 'note' | 'default', seed = 1, side = 32) {
  return trainClassifier({
    examples: await pictures(8, 1),
    heldOut: await pictures(4, 5000),
    classes,
    weights,
    recipe,
    side,
    epochs: 60,
    seed,
  });
}

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

test('classifier - learns, is stored, and says the same when it is loaded again', async () => {
  const { files, scores } = await trained('note');
  assert.ok(scores && scores.accuracy >= 0.9, `${scores?.accuracy}`);
  const classifier = await Classifier.load(files);
  const [found] = await classifier.predict([coloured(colours.red, 9)]);
  assert.equal(found![0]!.label, 'red');
  assert.ok(Math.abs(found!.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-5);
  const { kind, classes: named, scores: onCard, start, recipe } = classifier.card;
  assert.deepEqual([kind, named, start, recipe], ['classifier', classes, 'model.json', 'note']);
  assert.equal(onCard?.accuracy, scores.accuracy);
  classifier.dispose();
});

test('classifier - the same seed gives the same weights, another seed others', async () => {
  const id = async (recipe: 'note' | 'default', seed: number) =>
    readClassifierCard((await trained(recipe, seed)).files).id;
  assert.equal(await id('default', 1), await id('default', 1));
  assert.notEqual(await id('note', 1), await id('note', 2));
});

test('classifier - the default recipe trains the upper blocks and leaves the lower ones', async () => {
  const model = await modelFromFiles((await trained('default')).files);
  const { model: start } = await pretrainedClassifierNetwork(weights, { side: 32, classes: 3, seed: 1 });
  const same = (layer: string) => {
    const [a, b] = [model, start].map((one) => one.getLayer(layer).getWeights()[0]!.dataSync());
    return a!.every((value, i) => value === b![i]);
  };
  assert.deepEqual(['Conv1', 'block_12_project', 'block_13_expand', 'Conv_1'].map(same), [
    true,
    true,
    false,
    false,
  ]);
});

test('classifier - a class without pictures is refused before anything is computed', async () => {
  const examples = (await pictures(2, 1)).filter(({ label }) => label !== 1);
  await assert.rejects(
    trainClassifier({ examples, heldOut: [], classes, weights, recipe: 'note', seed: 1 }),
    (error: unknown) => error instanceof UsageError && /none of red/.test(error.message),
  );
});

test('classifier - an aborted training stops with the signal’s reason', async () => {
  const reason = new Error('enough');
  await assert.rejects(
    trainClassifier({
      examples: await pictures(8, 1),
      heldOut: [],
      classes,
      weights,
      recipe: 'note',
      side: 32,
      seed: 1,
      signal: AbortSignal.abort(reason),
    }),
    reason,
  );
});

test('classifier - a rare class counts as much as a frequent one', () => {
  assert.deepEqual(balancedWeights([0, 0, 0, 1], 2), [4 / 6, 2]);
});

test('card - a damaged, missing or other model’s card is refused', async () => {
  const { files } = await trained('note');
  assert.ok(isClassifier(files));
  const withCard = (text: string): ModelFiles =>
    new Map([...files, ['card.json', new TextEncoder().encode(text)]]);
  const text = new TextDecoder().decode(files.get('card.json'));
  for (const bad of ['{', '{"kind":"detector"}', text.replace(/"id": "....../, '"id": "000000')]) {
    assert.throws(() => readClassifierCard(withCard(bad)), PoisonError);
  }
  assert.equal(isClassifier(withCard('{"kind":"detector"}')), false);
});

test('explained classifier - CAM is Grad-CAM but for scale', async () => {
  const classifier = await Classifier.load((await trained('note', 1, 160)).files);
  const opened = await ClassifierCase.open(classifier, coloured(colours.blue, 3), { class: null });
  assert.equal(opened.asked.label, opened.predictions[0]?.label);
  const [cam, gradCam] = [await opened.map('cam'), await opened.map('gradcam')];
  assert.deepEqual([cam.width, cam.height], [5, 5]);
  assert.ok(correlation(cam.values, gradCam.values) >= 0.9999);
  opened.dispose();
  classifier.dispose();
});

test('explained classifier - any class can be asked about, but only those of the model', async () => {
  const classifier = await Classifier.load((await trained('note')).files);
  const picture = coloured(colours.blue, 3);
  const explained = await explainClassifier(classifier, picture, { method: 'gradcam', class: 'green' });
  assert.deepEqual([explained.label, explained.layer], ['green', 'Conv_1']);
  assert.equal(explained.score, explained.predictions.find(({ label }) => label === 'green')?.probability);
  assert.deepEqual([explained.shown.width, explained.shown.height], [40, 30]);
  assert.match(explained.trust?.says ?? '', /deletion, insertion/);
  const files = await classifierExplanationFiles(picture, explained, { truth: 'blue', colours: 'jet' });
  assert.deepEqual([...files.keys()], ['figure.png', 'overlay.png', 'result.json']);
  const result: { isRight: boolean; map: { values: number[] } } = JSON.parse(
    new TextDecoder().decode(files.get('result.json')),
  );
  assert.equal(result.map.values.length, 1);
  await assert.rejects(explainClassifier(classifier, picture, { method: 'cam', class: 'lily' }), /lily/);
  await assert.rejects(
    explainClassifier(classifier, picture, { method: 'cam', class: null, layer: 'Conv1' }),
    PoisonError,
  );
  classifier.dispose();
});

const h5 = dataPath('weights/mobilenet_v2_1.0_224_no_top.h5');

test('pretrained - reads Keras’ .h5', { skip: h5 === undefined && noData }, async () => {
  const { model, alpha } = await pretrainedClassifierNetwork(h5 ?? '', { side: 32, classes: 5, seed: 1 });
  assert.equal(alpha, 1);
  assert.equal(model.getLayer('Conv_1').getWeights()[0]!.shape.join(), '1,1,320,1280');
  model.dispose();
});

/** A detector's second stage: red squares are animals, green ones are something else. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import {
  type DetectorCard,
  readDetectorCard,
  withDetectorCard,
} from '../../../../../pipeline/domain/models/detector/card.ts';
import type { Detection } from '../../../../../pipeline/domain/models/detector/decode.ts';
import { Detector } from '../../../../../pipeline/domain/models/detector/detector.ts';
import type { DetectorLike } from '../../../../../pipeline/domain/models/detector/evaluate.ts';
import { buildDetectorNetwork } from '../../../../../pipeline/domain/models/detector/network.ts';
import { cropOf, Verifier, verifierSide } from '../../../../../pipeline/domain/models/detector/verifier.ts';
import {
  filesOfModel,
  type ModelFiles,
  readModelFolder,
  writeModelFolder,
} from '../../../../../pipeline/domain/models/files.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { encodePng, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import type { DetectorExample } from '../../../../../stages/trainer/detector/example.ts';
import { fitLogistic } from '../../../../../stages/trainer/detector/logistic.ts';
import { type TrainDetectorOptions, trainDetector } from '../../../../../stages/trainer/detector/train.ts';
import { trainVerifier } from '../../../../../stages/trainer/detector/train-verifier.ts';
import { writeKerasWeights } from '../../../../fixtures/keras-weights.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-verifier-'));
const weights = join(folder, 'model.json');
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  await openBackend('wasm');
  await writeKerasWeights(folder);
});

const side = 64;
const red = [210, 40, 40] as const;
const green = [40, 170, 60] as const;
const redBox: Box = [4, 6, 20, 24];
const greenBox: Box = [36, 30, 22, 20];

/** Grey, with squares of a colour. */
function picture(squares: readonly (readonly [Box, readonly [number, number, number]])[]): Raster {
  const data = new Uint8Array(side * side * 3).fill(120);
  for (const [[x, y, w, h], colour] of squares) {
    for (let row = y; row < y + h; row += 1) {
      for (let column = x; column < x + w; column += 1) data.set(colour, (row * side + column) * 3);
    }
  }
  return { data, width: side, height: side };
}

const both = picture([
  [redBox, red],
  [greenBox, green],
]);

/** Finds both squares, as a detector does that takes anything for a deer. */
const finder: DetectorLike = {
  side,
  detect: async (pictures) =>
    pictures.map(() => [
      { box: greenBox, score: 0.9, label: 'deer' },
      { box: redBox, score: 0.8, label: 'deer' },
    ]),
};

function examples(count: number): DetectorExample[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `${i}.png`,
    jpeg: () => encodePng(both),
    boxes: [{ box: redBox, label: 'deer', weight: 1 }],
  }));
}

const about: Omit<DetectorCard, 'kind' | 'id'> = {
  network: 'tiny',
  side,
  classes: ['deer'],
  outputs: ['deer'],
  recipe: 'pre',
  start: 'random',
  trainedOn: { dataset: '', examples: 40, boxes: 40 },
  scores: null,
  createdAt: '2026-11-26T00:00:00.000Z',
};

/** Without its files, which an assertion that fails would print byte by byte. */
async function madeOf(
  trained: ReturnType<typeof trainVerifier>,
): Promise<{ boxes: number; others: number } | null> {
  const made = await trained;
  return made && { boxes: made.boxes, others: made.others };
}

test('verifier - what is none of the classes loses its score, what is one keeps it', async () => {
  const options = { finder, classes: ['deer'], weights, seed: 1 };
  const trained = await trainVerifier({ ...options, examples: examples(40) });
  const { files, ...madeOf } = trained!;
  assert.deepEqual(madeOf, { boxes: 80, others: 40 }); // drawn and found; found and not drawn
  const tensors = tf.memory().numTensors;
  const verifier = await Verifier.load(files, ['deer']);
  const found = await finder.detect([both, both], 0);
  const rescored = await verifier.rescore([both, both], found, 0);
  for (const [best, other] of rescored) {
    assert.deepEqual(best!.box, redBox);
    assert.ok(best!.score > 0.7 && best!.score <= 0.8, `${best!.score}`);
    assert.ok(other!.score < 0.5, `${other!.score}`);
  }
  const [strict] = await verifier.rescore([both], [found[0]!], 0.6);
  assert.deepEqual(
    strict!.map(({ box }) => box),
    [redBox],
  );
  assert.deepEqual(await verifier.rescore([both], [[]], 0), [[]]);
  verifier.dispose();
  assert.equal(tf.memory().numTensors, tensors);
});

test('verifier - learns from what a person drew, not from the detector’s own labels', async () => {
  const automatic = examples(40).map((example) => ({
    ...example,
    boxes: example.boxes.map((box) => ({ ...box, isAutomatic: true })),
  }));
  const options = { finder, classes: ['deer'], weights, seed: 1 };
  assert.equal(await madeOf(trainVerifier({ ...options, examples: automatic })), null);
  const both = trainVerifier({ ...options, examples: [...automatic, ...examples(40)] });
  assert.deepEqual(await madeOf(both), { boxes: 80, others: 40 });
});

test('verifier - is not made where little says what is no animal', async () => {
  const options = { classes: ['deer'], weights, seed: 1, finder };
  assert.equal(await madeOf(trainVerifier({ ...options, examples: examples(20) })), null);
  const sure: DetectorLike = { side, detect: async (pictures) => pictures.map((): Detection[] => []) };
  assert.equal(await madeOf(trainVerifier({ ...options, finder: sure, examples: examples(40) })), null);
});

test('verifier - is stored and loaded with its detector', async () => {
  const { model } = buildDetectorNetwork('tiny', side, 1, 1);
  const trained = await trainVerifier({
    finder,
    examples: examples(40),
    classes: ['deer'],
    weights,
    seed: 1,
  });
  const network = await filesOfModel(model);
  model.dispose();
  const plain = withDetectorCard(network, about);
  const verifier = { start: 'model.json', boxes: 80, others: 40 };
  const files = withDetectorCard(new Map([...network, ...trained!.files]), { ...about, verifier });
  assert.notEqual(readDetectorCard(files).id, readDetectorCard(plain).id);

  const stored = join(folder, 'stored');
  await writeModelFolder(stored, files);
  const read = await readModelFolder(stored);
  assert.deepEqual(readDetectorCard(read).verifier, verifier);
  const tensors = tf.memory().numTensors;
  const [alone, withVerifier] = [await Detector.load(plain), await Detector.load(read)];
  const [before] = await alone.detect([both], 0);
  const [after] = await withVerifier.detect([both], 0);
  assert.equal(after!.length, before!.length);
  assert.ok(after![0]!.score < before![0]!.score);
  alone.dispose();
  withVerifier.dispose();
  assert.equal(tf.memory().numTensors, tensors);

  const reversed = new Map([...files].reverse()); // an object store has an order of its own
  assert.equal(readDetectorCard(reversed).id, readDetectorCard(files).id);

  const missing = new Map([...files].filter(([name]) => name !== 'verifier.bin'));
  await assert.rejects(Verifier.load(missing, ['deer']), (error: unknown) => {
    assert.ok(error instanceof PoisonError);
    assert.match(error.message, /verifier\.bin/);
    return true;
  });
});

/** Sees nothing: it finds a box in every cell of every stride, all with the same score. */
async function blindDetector(): Promise<ModelFiles> {
  const { model } = buildDetectorNetwork('yolox-nano', side, 1, 1);
  for (const stride of [8, 16, 32]) {
    for (const [part, bias] of [
      ['box', 0],
      ['obj', 3],
      ['cls', 3],
    ] as const) {
      const layer = model.getLayer(`head${stride}/${part}`);
      const [kernel, biases] = layer.getWeights() as [tf.Tensor, tf.Tensor]; // a convolution's two
      tf.tidy(() => layer.setWeights([tf.zerosLike(kernel), tf.fill(biases.shape, bias)]));
    }
  }
  const files = withDetectorCard(await filesOfModel(model), { ...about, network: 'yolox-nano' });
  model.dispose();
  return files;
}

/** Says that bare ground, where the detector finds a box, is the animal, and the red square none. */
const contrary: DetectorExample = {
  name: 'contrary',
  jpeg: () => encodePng(both),
  boxes: [{ box: [36, 4, 8, 8], label: 'deer', weight: 1 }],
};

test('training - a detector gets a verifier, unless the held-out pictures say that it is worse', async () => {
  const options: TrainDetectorOptions = {
    examples: examples(40),
    heldOut: [],
    classes: ['deer'],
    start: { kind: 'model', files: await blindDetector() },
    recipe: 'pre',
    changes: { phases: [{ part: 'head', steps: 1, rate: 1e-9 }], batch: 1 },
    seed: 1,
    imageNet: weights,
  };
  const { files } = await trainDetector(options);
  const { start, boxes, others } = readDetectorCard(files).verifier!;
  assert.deepEqual([start, boxes >= 40, others >= 30], ['model.json', true, true]);
  assert.ok(files.has('verifier.json') && files.has('verifier.bin'));
  const judged = await trainDetector({ ...options, heldOut: [contrary] });
  assert.equal(readDetectorCard(judged.files).verifier, undefined);
  assert.equal(judged.files.has('verifier.bin'), false);
  assert.ok(judged.scores!.ap50 > 0);
  const without = await trainDetector({ ...options, imageNet: undefined });
  assert.equal(readDetectorCard(without.files).verifier, undefined);
});

test('verifier - a crop is the box with a margin, square as far as the picture goes', async () => {
  const crop = await cropOf(picture([[[20, 24, 24, 12], red]]), [20, 24, 24, 12]);
  assert.deepEqual([crop.width, crop.height], [verifierSide, verifierSide]);
  const at = (x: number, y: number) => [...crop.data.subarray((y * verifierSide + x) * 3).slice(0, 3)];
  assert.deepEqual(at(80, 80), [...red]); // the middle
  assert.deepEqual(at(80, 10), [120, 120, 120]); // above: a square around a box that is wide
  assert.deepEqual(at(4, 80), [120, 120, 120]); // left: the margin
  const corner = await cropOf(both, [-5, -5, 12, 12]);
  assert.deepEqual([corner.width, corner.height], [verifierSide, verifierSide]);
});

const row = (isTrue: boolean, features: readonly number[], weight = 1) => ({
  features: Float32Array.from(features),
  isTrue,
  weight,
});

test('logistic - the logit says which side a row is on, whatever the features’ scale and however few are true', () => {
  const rows = [
    ...Array.from({ length: 40 }, (_, i) => row(false, [1000 + (i % 5), 0.1])),
    ...Array.from({ length: 4 }, (_, i) => row(true, [1010 + i, 0.1])),
  ];
  const { coefficients, bias } = fitLogistic(rows);
  const logit = ({ features }: { features: Float32Array }) =>
    coefficients[0]! * features[0]! + coefficients[1]! * features[1]! + bias;
  for (const row of rows) assert.equal(logit(row) > 0, row.isTrue, `${row.features[0]}: ${logit(row)}`);
});

test('logistic - a row of no weight is not learnt from', () => {
  const rows = [row(true, [1]), row(false, [-1])];
  assert.deepEqual(fitLogistic([...rows, row(false, [1], 0)]).coefficients[0]! > 0, true);
  assert.ok(fitLogistic([...rows, row(false, [1], 1)]).coefficients[0]! < fitLogistic(rows).coefficients[0]!);
});

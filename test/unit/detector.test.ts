import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { FatalError, PoisonError } from '../../pipeline/errors.ts';
import { openBackend } from '../../pipeline/models/backend/backend.ts';
import { readDetectorCard, withCard } from '../../pipeline/models/card.ts';
import { decode, positionsOf } from '../../pipeline/models/decode.ts';
import { Detector } from '../../pipeline/models/detector.ts';
import {
  filesOfModel,
  type ModelFiles,
  readModelFolder,
  writeModelFolder,
} from '../../pipeline/models/files.ts';
import { buildNetwork } from '../../pipeline/models/network/network.ts';
import { suppress } from '../../pipeline/models/nms.ts';
import type { Box } from '../../pipeline/vision/box.ts';

const side = 64;
const dir = await mkdtemp(join(tmpdir(), 'shika-model-'));
let files: ModelFiles;

before(async () => {
  await openBackend('wasm');
  const { model } = buildNetwork('tiny', side, 2, 1);
  files = withCard(await filesOfModel(model), {
    network: 'tiny',
    side,
    classes: ['deer', 'boar'],
    outputs: ['deer', 'boar'],
    recipe: 'untrained',
    start: 'random',
    trainedOn: { dataset: '', examples: 0, boxes: 0 },
    scores: null,
    createdAt: '2026-11-23T00:00:00.000Z',
  });
  model.dispose();
});
after(() => rm(dir, { recursive: true }));

const box = (score: number, b: Box, label = 'deer') => ({ box: b, score, label });

test('nms - of boxes that overlap much the best stays, best first', () => {
  const a = box(0.6, [0, 0, 10, 10]);
  const b = box(0.9, [1, 0, 10, 10]); // IoU 9/11
  const c = box(0.7, [8, 0, 10, 10]); // IoU 3/17 with b
  assert.deepEqual(suppress([a, b, c], 0.5), [b, c]);
});

test('nms - boxes of different labels do not suppress each other', () => {
  const a = box(0.9, [0, 0, 10, 10], 'deer');
  const b = box(0.8, [0, 0, 10, 10], 'boar');
  assert.deepEqual(suppress([b, a], 0.5), [a, b]);
});

test('nms - what a suppressed box overlaps stays', () => {
  const a = box(0.9, [0, 0, 10, 10]);
  const b = box(0.8, [4, 0, 10, 10]); // IoU 6/14 with a, goes
  const c = box(0.7, [8, 0, 10, 10]); // IoU 6/14 with b, 2/18 with a
  assert.deepEqual(suppress([a, b, c], 0.4), [a, c]);
});

test('decode - offsets and log sizes are in strides from the cell', () => {
  const positions = positionsOf(64, [32]);
  assert.equal(positions.length, 4);
  const raw = new Float32Array(4 * 6).fill(-20);
  // Second cell of the second row: centre (1.25 * 32, 1.5 * 32), size 16 x 32, score sigmoid(2) * sigmoid(0).
  raw.set([0.25, 0.5, Math.log(0.5), 0, 2, 0], 3 * 6);
  const [found, ...others] = decode(raw, { positions, outputs: ['deer'], minScore: 0.1, maxIoU: 0.5, side });
  assert.deepEqual(others, []);
  assert.deepEqual(
    found?.box.map((v) => Math.round(v * 1e4) / 1e4),
    [32, 32, 16, 32],
  );
  assert.ok(Math.abs(found.score - 0.5 / (1 + Math.exp(-2))) < 1e-6);
});

test('decode - channels that share a label give one box with the best score; boxes end at the picture', () => {
  const raw = Float32Array.from([0, 0, 1, 1, 9, -1, 3]);
  const options = {
    positions: positionsOf(32, [32]),
    outputs: ['animal', 'animal'],
    minScore: 0.1,
    maxIoU: 0.5,
  };
  const found = decode(raw, { ...options, side: 32 });
  assert.equal(found.length, 1);
  assert.ok(Math.abs(found[0]!.score - 1 / (1 + Math.exp(-3))) < 1e-3);
  assert.deepEqual(found[0]!.box.slice(0, 2), [0, 0]);
  assert.ok(found[0]!.box[2] <= 32);
});

test('model - written to a folder and read again it is the same, and nothing else is left there', async () => {
  await writeModelFolder(dir, files);
  assert.deepEqual((await readdir(dir)).sort(), ['card.json', 'model.json', 'weights.bin']);
  assert.deepEqual(new Map([...(await readModelFolder(dir))].sort()), new Map([...files].sort()));
});

test('model - a folder without its weights says what is missing', async () => {
  await writeModelFolder(dir, files);
  await rm(join(dir, 'weights.bin'));
  await assert.rejects(readModelFolder(dir), /no weights\.bin/);
});

test('model - cut weights, a strange card and a card of another model are refused', async () => {
  const cut = new Map(files).set('weights.bin', files.get('weights.bin')!.slice(0, 100));
  assert.throws(() => readDetectorCard(cut), /card is of another model/);
  await assert.rejects(Detector.load(withCard(cut, readDetectorCard(files))), /cut off/);
  const strange = new Map(files).set('card.json', new TextEncoder().encode('{"kind":"detector"}'));
  assert.throws(() => readDetectorCard(strange), PoisonError);
  assert.throws(() => readDetectorCard(new Map()), /no card/);
});

test('detector - a batch gives what each crop alone gives', async () => {
  const detector = await Detector.load(files);
  const crops = [1, 2, 3].map(crop);
  const together = await detector.detect(crops, 0);
  assert.equal(together.length, 3);
  for (const [i, one] of crops.entries()) {
    const [alone] = await detector.detect([one], 0);
    assert.equal(alone!.length, together[i]!.length);
    assert.ok(Math.abs(alone![0]!.score - together[i]![0]!.score) < 1e-5);
  }
  detector.dispose();
});

test('detector - no tensor is left by detecting, nor by loading and disposing', async () => {
  const before = tf.memory().numTensors;
  const detector = await Detector.load(files);
  await detector.detect([crop(1)]);
  const loaded = tf.memory().numTensors;
  for (let i = 0; i < 5; i += 1) await detector.detect([crop(i), crop(i + 1)]);
  assert.equal(tf.memory().numTensors, loaded);
  detector.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('detector - a crop of another size is refused, no crops give no boxes', async () => {
  const detector = await Detector.load(files);
  await assert.rejects(detector.detect([{ data: new Uint8Array(12), width: 2, height: 2 }]), FatalError);
  assert.deepEqual(await detector.detect([]), []);
  detector.dispose();
});

function crop(seed: number) {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * (seed + 3)) % 251);
  return { data, width: side, height: side };
}

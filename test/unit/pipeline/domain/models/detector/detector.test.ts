import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import {
  readDetectorCard,
  withDetectorCard,
} from '../../../../../../pipeline/domain/models/detector/card.ts';
import { decodeDetections, positionsOf } from '../../../../../../pipeline/domain/models/detector/decode.ts';
import { Detector } from '../../../../../../pipeline/domain/models/detector/detector.ts';
import { suppress } from '../../../../../../pipeline/domain/models/detector/nms.ts';
import {
  type ModelFiles,
  readModelFolder,
  writeModelFolder,
} from '../../../../../../pipeline/domain/models/files.ts';
import type { Box } from '../../../../../../pipeline/domain/vision/box.ts';
import { FatalError, PoisonError } from '../../../../../../pipeline/runtime/errors.ts';
import { untrainedDetector } from '../../../../../fixtures/untrained-detector.ts';

const side = 64;
const dir = await mkdtemp(join(tmpdir(), 'shika-model-'));
let files: ModelFiles;

before(async () => {
  await openBackend('wasm');
  files = await untrainedDetector({ side, classes: ['deer', 'boar'] });
});
after(() => rm(dir, { recursive: true }));

const box = (score: number, b: Box, label = 'deer') => ({ box: b, score, label });

test('nms - of boxes that lie alike the best stays, where they lie on average by score', () => {
  const a = box(0.3, [0, 0, 40, 40]);
  const b = box(0.9, [4, 0, 40, 40]); // IoU 36/44 with a
  const c = box(0.7, [100, 0, 40, 40]);
  assert.deepEqual(suppress([a, c, b], 0.1), [box(0.9, [3, 0, 40, 40]), c]);
});

test('nms - the more a box overlaps a better one the less it counts, and it goes where that is too little', () => {
  const best = box(0.9, [0, 0, 30, 10]);
  const half = box(0.8, [10, 0, 30, 10]); // IoU 1/2
  const bit = box(0.8, [-24, 0, 30, 10]); // IoU 1/9 with the best, none with the half
  const kept = suppress([best, half, bit], 0.1);
  assert.deepEqual(
    kept.map((detection) => detection.box.map(Math.round)),
    [best, bit, half].map((detection) => detection.box),
  );
  assert.ok(Math.abs(kept[1]!.score - 0.8 * Math.exp(-(1 / 81) / 0.25)) < 1e-9);
  assert.ok(Math.abs(kept[2]!.score - 0.8 * Math.exp(-1)) < 1e-9);
  assert.equal(suppress([best, half], 0.3).length, 1);
});

test('nms - boxes of different labels leave each other alone', () => {
  const a = box(0.9, [0, 0, 10, 10], 'deer');
  const b = box(0.8, [0, 0, 10, 10], 'boar');
  assert.deepEqual(suppress([b, a], 0.1), [a, b]);
});

test('nms - a box that is dropped takes nothing from those that it overlaps', () => {
  const a = box(0.9, [0, 0, 10, 10]);
  const b = box(0.2, [4, 0, 10, 10]); // IoU 6/14 with a and with c: 0.2 becomes 0.1
  const c = box(0.7, [8, 0, 10, 10]); // IoU 2/18 with a
  const kept = suppress([a, b, c], 0.15);
  assert.deepEqual(
    kept.map((detection) => detection.box),
    [a.box, c.box],
  );
  assert.ok(Math.abs(kept[1]!.score - 0.7 * Math.exp(-(1 / 81) / 0.25)) < 1e-9);
});

test('decode - offsets and log sizes are in strides from the cell', () => {
  const positions = positionsOf(64, [32]);
  assert.equal(positions.length, 4);
  const raw = new Float32Array(4 * 6).fill(-20);
  // Second cell of the second row: centre (1.25 * 32, 1.5 * 32), size 16 x 32, score sigmoid(2) * sigmoid(0).
  raw.set([0.25, 0.5, Math.log(0.5), 0, 2, 0], 3 * 6);
  const [found, ...others] = decodeDetections(raw, { positions, outputs: ['deer'], minScore: 0.1, side });
  assert.deepEqual(others, []);
  assert.deepEqual(
    found?.box.map((v) => Math.round(v * 1e4) / 1e4),
    [32, 32, 16, 32],
  );
  assert.ok(Math.abs(found.score - 0.5 / (1 + Math.exp(-2))) < 1e-6);
});

test('decode - a box too weak to be kept has its say in where a better one lies', () => {
  const raw = new Float32Array(4 * 6).fill(-20);
  raw.set([0.25, 0.5, Math.log(0.5), 0, 9, 9], 3 * 6); // centre (40, 48), 16 x 32
  raw.set([1.28125, 0.5, Math.log(0.5), 0, Math.log(0.05 / 0.95), 9], 2 * 6); // centre (41, 48), score 0.05
  const options = { positions: positionsOf(64, [32]), outputs: ['deer'], side };
  const [found, ...others] = decodeDetections(raw, { ...options, minScore: 0.1 });
  assert.deepEqual(others, []);
  assert.ok(Math.abs(found!.box[0] - (32 + 0.05 / 1.05)) < 1e-3, `${found!.box[0]}`);
  assert.deepEqual(decodeDetections(raw, { ...options, minScore: 0.001 })[0]!.box, found!.box);
});

test('decode - channels that share a label give one box with the best score; boxes end at the picture', () => {
  const raw = Float32Array.from([0, 0, 1, 1, 9, -1, 3]);
  const options = {
    positions: positionsOf(32, [32]),
    outputs: ['animal', 'animal'],
    minScore: 0.1,
  };
  const found = decodeDetections(raw, { ...options, side: 32 });
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
  await assert.rejects(Detector.load(withDetectorCard(cut, readDetectorCard(files))), /cut off/);
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

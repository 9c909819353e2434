/** The whole way from a picture and a model to a map, on the backend that is everywhere. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../../../../pipeline/domain/models/detector/detector.ts';
import { buildDetectorNetwork } from '../../../../../pipeline/domain/models/detector/network.ts';
import { pretrainedDetector } from '../../../../../pipeline/domain/models/detector/pretrained.ts';
import { decodeImage, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import { stillFound } from '../../../../../stages/explainer/detector/case.ts';
import {
  type DetectorExplanation,
  explainDetector,
} from '../../../../../stages/explainer/detector/explain.ts';
import { detectorExplanationFiles } from '../../../../../stages/explainer/detector/files.ts';
import { layerBefore } from '../../../../../stages/explainer/detector/heads.ts';
import { allMethodNames } from '../../../../../stages/explainer/method/method.ts';
import { dataPath, noData } from '../../../../fixtures/shared-data.ts';
import { untrainedDetector } from '../../../../fixtures/untrained-detector.ts';

before(() => openBackend('wasm'));

/** A small network with a random start. */
async function randomDetector(side = 64): Promise<Detector> {
  return Detector.load(await untrainedDetector({ side, classes: ['deer', 'boar'], seed: 3 }));
}

function noise(width: number, height: number): Raster {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * 7919 + (i >> 3) * 104729) % 256,
  );
  return { data, width, height };
}

const best = { box: null, region: null, method: 'gradcam' } as const;

test('explain - the layer is the one that feeds the head of the box', async () => {
  const detector = await randomDetector();
  assert.equal(layerBefore(detector.model, 'head16/'), 'neck/out4');
  assert.equal(layerBefore(detector.model, 'head32/'), 'neck/out5');
  const yolox = buildDetectorNetwork('yolox-nano', 64, 1, 0).model;
  assert.deepEqual(
    [8, 16, 32].map((stride) => layerBefore(yolox, `head${stride}/`)),
    ['neck/out3/out', 'neck/out4/out', 'neck/out5/out'],
  );
});

test('explain - is about the detector’s own best box, in px of the picture', async () => {
  const detector = await randomDetector();
  const picture = noise(128, 96);
  const { box, score, label, region, iou, map, cell, shown } = await explainDetector(detector, picture, best);
  assert.deepEqual([region, iou], [[0, 0, 128, 96], null]);
  assert.deepEqual([map.width * cell[0], map.height * cell[1]], [128, 128]);
  assert.deepEqual([shown.width, shown.height], [128, 96]);
  const inside = box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= 128.01 && box[1] + box[3] <= 96.01;
  assert.ok(inside && score > 0 && score < 1 && ['deer', 'boar'].includes(label));
});

test('explain - every method at any layer gives a map that is 0 or more, the same each time', async () => {
  const detector = await randomDetector();
  for (const method of allMethodNames) {
    if (method === 'cam' || method === 'drise') continue; // not for detectors; and 400 runs of the network
    for (const layer of ['neck/out4', 'backbone/c3']) {
      const ask = (): Promise<DetectorExplanation> =>
        explainDetector(detector, noise(64, 64), { box: [8, 8, 40, 40], region: null, method, layer });
      const { map, ...rest } = await ask();
      assert.ok(map.values.every((value) => value >= 0));
      assert.deepEqual({ map, ...rest }, await ask());
      assert.equal(rest.layer, layer);
    }
  }
});

test('explain - CAM does not suit a detector, and says what it needs', async () => {
  const detector = await randomDetector();
  await assert.rejects(
    explainDetector(detector, noise(64, 64), { ...best, method: 'cam' }),
    /global average pooling/,
  );
});

test('explain - is about the class that was asked for, or says which there are', async () => {
  const detector = await randomDetector();
  for (const name of ['deer', 'boar']) {
    assert.equal((await explainDetector(detector, noise(64, 64), { ...best, class: name })).label, name);
  }
  await assert.rejects(
    explainDetector(detector, noise(64, 64), { ...best, class: 'cat' }),
    /cat.*deer, boar/,
  );
});

test('probe - tells how well another output still has the box: overlap times score', () => {
  const reading = { side: 32, strides: [32], outputs: ['deer', 'boar'] };
  const logit = (share: number) => Math.log(share / (1 - share));
  const raw = Float32Array.of(0.5, 0.5, 0, 0, logit(0.8), logit(0.5), logit(0.9)); // [0, 0, 32, 32]
  const positions = [{ x: 0, y: 0, stride: 32 }];
  const found = (box: readonly [number, number, number, number], label: string) =>
    stillFound(raw, reading, positions, { box, label });
  assert.ok(Math.abs(found([0, 0, 32, 32], 'deer') - 0.4) < 1e-6);
  assert.ok(Math.abs(found([0, 0, 32, 16], 'boar') - 0.36) < 1e-6);
  assert.equal(found([40, 40, 8, 8], 'deer'), 0);
});

test('explain - leaves no tensors behind', async () => {
  const detector = await randomDetector();
  const count = tf.memory().numTensors;
  await explainDetector(detector, noise(64, 64), best);
  await assert.rejects(explainDetector(detector, noise(64, 64), { ...best, layer: 'nose' }), PoisonError);
  assert.equal(tf.memory().numTensors, count);
});

test('explain - a box or a region outside the picture is poison', async () => {
  const detector = await randomDetector();
  const picture = noise(100, 100);
  await assert.rejects(
    explainDetector(detector, picture, { ...best, box: [500, 500, 20, 20] }),
    /no box to explain/,
  );
  await assert.rejects(
    explainDetector(detector, picture, { ...best, region: [100, 0, 50, 50] }),
    PoisonError,
  );
});

test('explanationFiles - result.json has the map, the box, the labels and the trust', async () => {
  const detector = await randomDetector();
  const picture = noise(120, 90);
  const explanation = await explainDetector(detector, picture, { ...best, region: [20, 10, 64, 64] });
  const files = await detectorExplanationFiles(picture, explanation, { truth: 'deer', colours: 'jet' });
  assert.deepEqual([...files.keys()], ['figure.png', 'overlay.png', 'result.json']);
  const result = JSON.parse(new TextDecoder().decode(files.get('result.json')!));
  const { map, shown: _, ...rest } = explanation;
  assert.deepEqual({ ...result, map: null }, { ...rest, truth: 'deer', map: null });
  assert.equal(result.map.values.length, map.width * map.height);
});

describe('explain - a real model on real pictures', {
  skip: !dataPath('weights/yolox_nano.onnx') && noData,
}, () => {
  let detector: Detector;
  before(async () => {
    detector = await Detector.load(await pretrainedDetector(dataPath('weights/yolox_nano.onnx')!));
  });

  test('the evidence for the deer in the bush lies on the deer', async () => {
    for await (const frame of decodeClip(dataPath('clips/deer-daylight.mp4')!)) {
      const { score, iou, trust } = await explainDetector(detector, await frame.raster(), {
        box: [407, 62, 165, 217],
        region: [224, 0, 416, 360],
        method: 'gradcam',
      });
      assert.ok(score > 0.6 && iou! > 0.9);
      assert.ok(trust.hit && trust.energyInBox > 0.75 && trust.energyInBox > trust.centreBlob.energyInBox);
      return;
    }
  });

  test('each of two animals has a map of its own', async () => {
    const name = 'explain/both.png';
    const picture = await decodeImage(await readFile(dataPath(name)!), name);
    const found = await explainDetector(detector, picture, best);
    const [left, right] = [0, picture.width / 2];
    const half = (x: number): Promise<DetectorExplanation> =>
      explainDetector(detector, picture, { ...best, box: [x, 0, picture.width / 2, picture.height] });
    const [one, other] = [await half(left), await half(right)];
    assert.ok(found.score >= Math.max(one.score, other.score));
    assert.notDeepEqual(one.map, other.map);
  });
});

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import ort from 'onnxruntime-node';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { lastMapsLayer } from '../../../../../../pipeline/domain/models/classifier/network.ts';
import { pretrainedClassifierNetwork } from '../../../../../../pipeline/domain/models/classifier/pretrained.ts';
import { bodyPrefix } from '../../../../../../pipeline/domain/models/detector/mobilenet-yolox.ts';
import {
  buildDetectorNetwork,
  type DetectorNetworkName,
  detectorNetworkNames,
  detectorStrides,
} from '../../../../../../pipeline/domain/models/detector/network.ts';
import { filesOfModel, modelFromFiles } from '../../../../../../pipeline/domain/models/files.ts';
import { readMobileNetWeights, setBody } from '../../../../../../pipeline/domain/models/mobilenet/weights.ts';
import { forward } from '../../../../../../pipeline/domain/models/network/forward.ts';
import { loadYoloxOnnx } from '../../../../../../pipeline/domain/models/yolox/weights.ts';
import { FatalError } from '../../../../../../pipeline/runtime/errors.ts';
import { splitModel } from '../../../../../../stages/trainer/split-model.ts';
import { dataPath, noData } from '../../../../../fixtures/shared-data.ts';

before(async () => {
  await openBackend('wasm');
});

const weights = dataPath('weights/yolox_nano.onnx');

test('network - YOLOX-nano gives what onnxruntime gives for the same weights and picture', {
  skip: weights ? false : noData,
}, async () => {
  const side = 416;
  const { model } = buildDetectorNetwork('yolox-nano', side, 80, 1);
  await loadYoloxOnnx(model, weights!);
  const rgb = picture(side);
  const ours = await run('yolox-nano', rgb, side, 80, model);
  const theirs = await onnxruntime(weights!, rgb, side);
  assert.equal(ours.length, theirs.length);
  let worst = 0;
  for (let i = 0; i < ours.length; i += 1) {
    // The file ends in a sigmoid for objectness and classes; our network gives logits.
    const value = i % 85 < 4 ? ours[i]! : 1 / (1 + Math.exp(-ours[i]!));
    worst = Math.max(worst, Math.abs(value - theirs[i]!));
  }
  assert.ok(worst < 1e-3, `differs by ${worst}`);
  model.dispose();
});

const mobileNet = dataPath('weights/mobilenetv2_0.35_tfjs');

test('network - MobileNetV2 under a detector gives what it gives under a classifier', {
  skip: mobileNet ? false : noData,
}, async () => {
  const shape = { side: 64, classes: 2, seed: 1 };
  const { model: classifier } = await pretrainedClassifierNetwork(mobileNet!, shape);
  const { model: detector } = buildDetectorNetwork('mobilenet-yolox-0.35', 64, 2, 1);
  setBody(detector, await readMobileNetWeights(mobileNet!), bodyPrefix);
  const found = await mapsOf(detector, `${bodyPrefix}${lastMapsLayer}`, picture(64), 64);
  assert.deepEqual(found, await mapsOf(classifier, lastMapsLayer, picture(64), 64));
  assert.ok(found.some((value) => value > 0));
  detector.dispose();
  classifier.dispose();
});

for (const name of detectorNetworkNames) {
  test(`network - ${name} has a row for every position of its strides`, () => {
    const { model, strides } = buildDetectorNetwork(name, 128, 3, 1);
    const positions = strides.reduce((sum, stride) => sum + (128 / stride) ** 2, 0);
    assert.deepEqual(model.outputs[0]!.shape, [null, positions, 5 + 3]);
    assert.deepEqual(strides, detectorStrides[name]);
    model.dispose();
  });
}

test('network - a seed gives the same weights, another seed others', async () => {
  const rgb = picture(64);
  const outputs = [];
  for (const seed of [7, 7, 8]) outputs.push(await run('tiny', rgb, 64, 1, undefined, seed));
  assert.deepEqual(outputs[0], outputs[1]);
  assert.notDeepEqual(outputs[0], outputs[2]);
});

test('network - stored and loaded again it gives the same', async () => {
  const { model } = buildDetectorNetwork('yolox-nano', 64, 2, 3);
  const loaded = await modelFromFiles(await filesOfModel(model));
  const rgb = picture(64);
  assert.deepEqual(await run('yolox-nano', rgb, 64, 2, loaded), await run('yolox-nano', rgb, 64, 2, model));
  model.dispose();
  loaded.dispose();
});

test('network - parted into frozen and trained it gives the same as whole', async () => {
  const { model } = buildDetectorNetwork('yolox-nano', 64, 1, 3);
  const whole = await run('yolox-nano', picture(64), 64, 1, model);
  for (const frozen of [/^(image|to_unit|backbone)/, /^(image|to_unit|backbone|neck)/]) {
    const split = splitModel(model, (layer) => frozen.test(layer));
    const output = tf.tidy(() => {
      const x = tf.tensor(picture(64), [1, 64, 64, 3]);
      return forward(split.trained, split.frozen!.apply(x) as tf.Tensor[]); // values in, values out
    });
    assert.deepEqual(await output.data(), whole);
    assert.ok(split.trained.layers.every(({ name }) => !frozen.test(name)));
    output.dispose();
  }
});

test('network - a side that is no multiple of 32 is refused', () => {
  assert.throws(() => buildDetectorNetwork('tiny', 100, 1, 1), FatalError);
});

/** Something like a photograph: slopes and fine detail, 0..255. */
function picture(side: number): Float32Array {
  return Float32Array.from({ length: side * side * 3 }, (_, i) =>
    Math.floor(128 + 90 * Math.sin(i / 977) + ((i * 7919) % 37)),
  );
}

async function run(
  name: DetectorNetworkName,
  rgb: Float32Array,
  side: number,
  classes: number,
  given?: ReturnType<typeof buildDetectorNetwork>['model'],
  seed = 1,
): Promise<Float32Array> {
  const model = given ?? buildDetectorNetwork(name, side, classes, seed).model;
  const output = tf.tidy(() => forward(model, tf.tensor(rgb, [1, side, side, 3])));
  const values = await output.data<'float32'>();
  output.dispose();
  if (!given) model.dispose();
  return values;
}

async function mapsOf(
  model: tfl.LayersModel,
  layer: string,
  rgb: Float32Array,
  side: number,
): Promise<Float32Array> {
  const to = tfl.model({ inputs: model.inputs, outputs: model.getLayer(layer).output });
  return run('tiny', rgb, side, 0, to);
}

async function onnxruntime(path: string, rgb: Float32Array, side: number): Promise<Float32Array> {
  const planes = new Float32Array(rgb.length);
  const size = side * side;
  for (let p = 0; p < size; p += 1) {
    for (let c = 0; c < 3; c += 1) planes[(2 - c) * size + p] = rgb[p * 3 + c]!; // BGR
  }
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const { output } = await session.run({ images: new ort.Tensor('float32', planes, [1, 3, side, side]) });
  await session.release();
  return output!.data as Float32Array; // the file's output is float32
}

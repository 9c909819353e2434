/** Gradients over a layer's maps, on the backend that is everywhere, against finite differences and against CAM. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { openBackend } from '../../../../pipeline/domain/models/backend/backend.ts';
import { forward } from '../../../../pipeline/domain/models/network/forward.ts';
import { PoisonError } from '../../../../pipeline/runtime/errors.ts';
import type { HeatMap } from '../../../../stages/explainer/maps.ts';
import { cam } from '../../../../stages/explainer/method/cam.ts';
import { gradCam, gradCamWeights } from '../../../../stages/explainer/method/grad-cam.ts';
import { type NetworkScore, Trace } from '../../../../stages/explainer/trace.ts';

const { conv2d, globalAveragePooling2d, flatten, dense, concatenate, dropout } = tfl.layers;
const side = 8;
const start = (seed: number) => ({ kernelInitializer: tfl.initializers.glorotNormal({ seed }) });
const conv = (name: string, activation: 'tanh' | 'linear' | 'relu', seed: number) =>
  conv2d({ name, filters: 5, kernelSize: 3, padding: 'same', activation, ...start(seed) });

before(() => openBackend('wasm'));

const picture = () => tf.randomUniform([1, side, side, 3], 0, 1, 'float32', 7);
const scoreOf =
  (channel: number): NetworkScore =>
  (output) =>
    tf.sum(tf.slice(output, [0, channel], [1, 1]));

/** With a branch around `maps`, and dropout, as networks have them. */
function branched(): tfl.LayersModel {
  const input = tfl.input({ shape: [side, side, 3] });
  const shared = conv('shared', 'tanh', 1).apply(input) as tfl.SymbolicTensor; // one output, as all here
  const maps = conv('maps', 'linear', 2).apply(shared) as tfl.SymbolicTensor;
  const after = conv('after', 'tanh', 3).apply(maps) as tfl.SymbolicTensor;
  const beside = conv('beside', 'tanh', 4).apply(shared) as tfl.SymbolicTensor;
  const joined = concatenate().apply([after, beside]) as tfl.SymbolicTensor;
  const thinned = dropout({ rate: 0.5 }).apply(flatten().apply(joined)) as tfl.SymbolicTensor;
  const classes = dense({ units: 3, ...start(5) }).apply(thinned) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: classes });
}

test('trace - the output is the model’s own', async () => {
  const model = branched();
  const trace = new Trace(model, picture());
  const expected = await (model.predict(picture()) as tf.Tensor).data();
  assert.deepEqual([...(await trace.output.data())], [...expected]);
});

test('Grad-CAM - its weights are what finite differences of the score give', async () => {
  const model = branched();
  const trace = new Trace(model, picture());
  const weights = gradCamWeights(await trace.gradient('maps', scoreOf(1)));
  // Raising the bias of a linear convolution raises its map by as much everywhere: Z times the weight.
  const layer = model.getLayer('maps');
  const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor1D];
  const values = await bias.data();
  const scoreWith = async (channel: number, step: number) => {
    const moved = Float32Array.from(values, (value, k) => (k === channel ? value + step : value));
    layer.setWeights([kernel, tf.tensor1d(moved)]);
    return (await scoreOf(1)(forward(model, picture())).data())[0]!;
  };
  const step = 0.01;
  for (const [k, weight] of weights.entries()) {
    const difference = ((await scoreWith(k, step)) - (await scoreWith(k, -step))) / (2 * step);
    const expected = difference / side ** 2;
    assert.ok(Math.abs(weight - expected) < 1e-5 + 0.01 * Math.abs(expected), `${k}: ${weight}, ${expected}`);
  }
});

test('Grad-CAM - is CAM up to scale where global average pooling and one dense layer end the network', async () => {
  const input = tfl.input({ shape: [side, side, 3] });
  const maps = conv('maps', 'relu', 1).apply(input) as tfl.SymbolicTensor;
  const pooled = globalAveragePooling2d({}).apply(maps) as tfl.SymbolicTensor;
  const last = dense({ units: 3, ...start(2) });
  const model = tfl.model({ inputs: input, outputs: last.apply(pooled) as tfl.SymbolicTensor });
  const trace = new Trace(model, picture());
  const features = await trace.maps('maps');
  const dense2d = (await last.getWeights()[0]!.array()) as number[][];
  let compared = 0;
  for (const channel of [0, 1, 2]) {
    const byGradient = gradCam(features, await trace.gradient('maps', scoreOf(channel)));
    const byWeights = cam(
      features,
      dense2d.map((row) => row[channel]!),
    );
    const cut: HeatMap = { ...byWeights, values: byWeights.values.map((value) => Math.max(0, value)) };
    if (cut.values.every((value) => value === 0)) continue; // nothing speaks for this class
    compared += 1;
    assert.ok(correlation(byGradient.values, cut.values) > 0.9999);
  }
  assert.ok(compared > 0);
});

test('trace - over a layer that the score does not depend on the gradient is zero', async () => {
  const input = tfl.input({ shape: [side, side, 3] });
  const heads = ['one', 'other'].map((name, i) => {
    const maps = conv(name, 'tanh', i).apply(input);
    return globalAveragePooling2d({}).apply(maps) as tfl.SymbolicTensor;
  });
  const both = concatenate().apply(heads) as tfl.SymbolicTensor;
  const trace = new Trace(tfl.model({ inputs: input, outputs: both }), picture());
  const firstOfOne = scoreOf(0);
  assert.ok((await trace.gradient('one', firstOfOne)).values.some((value) => value !== 0));
  assert.ok((await trace.gradient('other', firstOfOne)).values.every((value) => value === 0));
});

test('trace - the same picture gives the same gradient each time', async () => {
  const model = branched();
  const first = await new Trace(model, picture()).gradient('maps', scoreOf(0));
  const second = await new Trace(model, picture()).gradient('maps', scoreOf(0));
  assert.deepEqual(first, second);
});

test('trace - leaves no tensors behind', async () => {
  const model = branched();
  const input = picture();
  const count = tf.memory().numTensors;
  const trace = new Trace(model, input);
  await trace.gradient('maps', scoreOf(0));
  trace.dispose();
  assert.equal(tf.memory().numTensors, count);
  assert.ok(!input.isDisposed);
});

test('trace - a layer that is not there, or has no maps, is poison that names those that do', async () => {
  const model = branched();
  const flat = model.layers.find((layer) => layer.getClassName() === 'Flatten')!.name;
  const trace = new Trace(model, picture());
  for (const layer of ['nose', flat]) {
    await assert.rejects(trace.maps(layer), (error) => {
      assert.ok(error instanceof PoisonError);
      assert.match(error.message, new RegExp(`${layer}.*shared, maps, after`));
      return true;
    });
  }
});

function correlation(a: Float32Array, b: Float32Array): number {
  const centred = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

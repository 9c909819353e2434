/** Holds the backends to the same numbers: inference and one training step of a small network, rtol 1e-3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { loadNative, missing } from '../../../../../../pipeline/domain/models/backend/native.ts';
import { openWasm } from '../../../../../../pipeline/domain/models/backend/wasm/open.ts';

type Picture = tf.Tensor4D;

interface Outcome {
  readonly output: Float32Array;
  readonly loss: number;
  readonly outputAfterStep: Float32Array;
}

function silu(x: Picture): Picture {
  return tf.mul(x, tf.sigmoid(x));
}

/** Every kind of operation that the detector has, once. */
function network(x: Picture, weights: readonly tf.Variable[]): Picture {
  const [stem, depthwise, pointwise, scale, bias, head] = weights as unknown as [
    Picture,
    Picture,
    Picture,
    tf.Tensor1D,
    tf.Tensor1D,
    Picture,
  ]; // as trainOnce makes them
  const fine = silu(tf.conv2d(x, stem, 2, 'same'));
  const coarse = silu(tf.conv2d(tf.depthwiseConv2d(fine, depthwise, 2, 'same'), pointwise, 1, 'same'));
  const pooled = tf.add(tf.mul(tf.maxPool(coarse, 5, 1, 'same'), scale), bias) as Picture;
  const up = tf.image.resizeNearestNeighbor(pooled, [fine.shape[1], fine.shape[2]]);
  return tf.conv2d(tf.concat([fine, up], 3), head, 1, 'same');
}

/** One step of plain gradient descent on a cross-entropy, from weights that are the same on every backend. */
async function trainOnce(): Promise<Outcome> {
  const random = (shape: number[], seed: number): tf.Tensor =>
    tf.randomUniform(shape, -0.5, 0.5, 'float32', seed);
  const shapes = [[3, 3, 3, 8], [5, 5, 8, 1], [1, 1, 8, 16], [16], [16], [1, 1, 24, 4]];
  const weights = shapes.map((shape, i) => tf.variable(random(shape, i + 1)));
  const x = random([2, 33, 40, 3], 77) as Picture; // of the shape just given
  const output = tf.tidy(() => network(x, weights));
  const target = tf.tidy(() => tf.cast(tf.greater(random(output.shape, 88), 0.2), 'float32'));
  const optimizer = tf.train.sgd(0.5);
  const cost = optimizer.minimize(
    () => tf.mean(tf.losses.sigmoidCrossEntropy(target, network(x, weights))).asScalar(),
    true,
    weights,
  );
  const after = tf.tidy(() => network(x, weights));
  const outcome = {
    output: Float32Array.from(await output.data()),
    loss: (await cost!.data())[0]!, // asked for by minimize's second argument
    outputAfterStep: Float32Array.from(await after.data()),
  };
  tf.dispose([...weights, x, output, target, cost!, after]);
  return outcome;
}

function assertClose(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of expected.entries()) {
    const tolerance = 1e-3 * Math.abs(value) + 1e-4 * scale;
    assert.ok(Math.abs(found[i]! - value) <= tolerance, `at ${i}: found ${found[i]}, expected ${value}`);
  }
}

test('backends - wasm and native infer and train the same', {
  skip: missing('native') ?? false,
}, async () => {
  assert.equal(await loadNative('native'), undefined);
  const native = await trainOnce();
  await openWasm();
  const wasm = await trainOnce();

  assert.equal(tf.getBackend(), 'wasm');
  assertClose(wasm.output, native.output);
  assert.ok(Math.abs(wasm.loss - native.loss) < 1e-3 * Math.abs(native.loss));
  assertClose(wasm.outputAfterStep, native.outputAfterStep);
  assert.notDeepEqual(wasm.outputAfterStep, wasm.output, 'the step changed nothing');
});

/** Holds a network in a TensorFlow session to the same network as tfjs layers. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { missing } from '../../../../../../pipeline/domain/models/backend/native.ts';
import { buildClassifierNetwork } from '../../../../../../pipeline/domain/models/classifier/network.ts';
import {
  buildDetectorNetwork,
  detectorNetworkNames,
} from '../../../../../../pipeline/domain/models/detector/network.ts';
import { frozenGraph } from '../../../../../../pipeline/domain/models/frozen/graph.ts';
import { inferenceOf } from '../../../../../../pipeline/domain/models/frozen/inference.ts';
import { forward } from '../../../../../../pipeline/domain/models/network/forward.ts';
import { FatalError } from '../../../../../../pipeline/runtime/errors.ts';

const absent = missing('native');
const skip = absent ?? false;

before(async () => {
  await openBackend(absent === undefined ? 'native' : 'wasm');
});

const networks: Readonly<Record<string, (side: number) => tfl.LayersModel>> = {
  ...Object.fromEntries(
    detectorNetworkNames.map((name) => [name, (side) => buildDetectorNetwork(name, side, 3, 5).model]),
  ),
  classifier: (side) => buildClassifierNetwork({ alpha: 0.35, side, classes: 3, seed: 5 }),
};

for (const [name, build] of Object.entries(networks)) {
  test(`session - ${name} gives what its layers give, whatever the batch`, { skip }, async () => {
    const side = 96;
    const model = build(side);
    const session = await inferenceOf(model);
    for (const batch of [1, 3, 2]) {
      tf.tidy(() => {
        const pictures = tf.randomUniform([batch, side, side, 3], 0, 255, 'float32', batch);
        const expected = forward(model, pictures);
        const found = session.run(pictures);
        assert.deepEqual(found.shape, expected.shape);
        const worst = tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]!;
        const scale = tf.max(tf.abs(expected)).dataSync()[0]!;
        assert.ok(scale > 0.1 && worst < 1e-3, `differs by ${worst} of ${scale}`);
      });
    }
    session.dispose();
    model.dispose();
  });
}

test('session - keeps the weights that the model had', { skip }, async () => {
  const { model } = buildDetectorNetwork('tiny', 64, 1, 5);
  const session = await inferenceOf(model);
  const pictures = tf.ones([1, 64, 64, 3]);
  const run = () => tf.tidy(() => session.run(pictures).dataSync());
  const earlier = run();
  model.dispose();
  assert.deepEqual(run(), earlier);
  session.dispose();
  pictures.dispose();
});

test('session - leaves neither tensors nor files', { skip }, async () => {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'shika-session-'));
  process.env.TMPDIR = folder;
  try {
    const { model } = buildDetectorNetwork('tiny', 64, 1, 5);
    const tensors = tf.memory().numTensors;
    const session = await inferenceOf(model);
    tf.tidy(() => session.run(tf.ones([1, 64, 64, 3])).dataSync());
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(await readdir(folder), []);
    session.dispose();
    model.dispose();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(folder, { recursive: true });
  }
});

test('session - a layer that our networks do not have is refused by name', () => {
  const input = tfl.input({ shape: [8, 8, 3] });
  const output = tfl.layers.flatten({ name: 'flat' }).apply(input) as tfl.SymbolicTensor; // of a symbol
  const model = tfl.model({ inputs: input, outputs: output });
  assert.throws(
    () => frozenGraph(model),
    (error: unknown) => {
      assert.ok(error instanceof FatalError);
      assert.match(error.message, /layer flat .*Flatten/);
      return true;
    },
  );
});

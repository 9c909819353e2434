/** A detector that runs for weeks must not grow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../../../../../pipeline/domain/models/detector/detector.ts';
import { untrainedDetector } from '../../../../../fixtures/untrained-detector.ts';

const side = 64;
const frames = 10_000;
const batches = [1, 4, 10];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // the flag makes it, in contexts that come after

/** Of the process, without what JavaScript has dropped; MiB. */
function resident(): number {
  collectGarbage();
  return process.memoryUsage.rss() / 2 ** 20;
}

test('detector - 10,000 frames leave no tensor, no byte of one, and the process no larger', async () => {
  await openBackend('wasm');
  const detector = await Detector.load(await untrainedDetector({ side }));
  const crops = Array.from({ length: 10 }, (_, i) => crop(i));
  const detect = async (count: number) => {
    for (let done = 0, i = 0; done < count; i++) {
      const size = batches[i % batches.length]!;
      await detector.detect(crops.slice(0, size));
      done += size;
    }
  };
  await detect(frames / 4); // by then everything is compiled and the heap has its size
  const { numTensors, numBytes } = tf.memory();
  const before = resident();
  await detect(frames);
  const after = tf.memory();
  assert.equal(after.numTensors, numTensors);
  assert.equal(after.numBytes, numBytes);
  const grown = resident() - before;
  assert.ok(grown < 4, `grew by ${grown.toFixed(1)} MiB`);
  detector.dispose();
});

function crop(seed: number) {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * (seed + 3)) % 251);
  return { data, width: side, height: side };
}

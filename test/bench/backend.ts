/**
 * Pictures/s of a backend, forward and with gradients, on the detector's networks at 416 x 416 with random weights;
 * with `--profile` also where the time goes.
 *
 *     node test/bench/backend.ts [wasm|native|gpu] [--batch 8] [--seconds 3] [--profile]
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import {
  buildDetectorNetwork,
  type DetectorNetworkName,
} from '../../pipeline/domain/models/detector/network.ts';
import { forward } from '../../pipeline/domain/models/network/forward.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
  },
});
const batch = Number(options.batch);
const side = 416;
const networks: readonly DetectorNetworkName[] = ['yolox-nano', 'tiny'];

interface Times {
  /** s */
  readonly median: number;
  /** s */
  readonly best: number;
  /** s of processor */
  readonly processor: number;
}

/** Runs `step`, which must wait for its own result, for the set time. */
async function measure(step: () => Promise<unknown>): Promise<Times> {
  await step();
  const runs: number[] = [];
  const before = process.cpuUsage();
  const start = performance.now();
  while (performance.now() - start < 1000 * Number(options.seconds) || runs.length < 3) {
    const began = performance.now();
    await step();
    runs.push((performance.now() - began) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  runs.sort((a, b) => a - b);
  return { median: runs[runs.length >> 1]!, best: runs[0]!, processor: (user + system) / 1e6 / runs.length };
}

async function profile(step: () => tf.Tensor): Promise<void> {
  const info = await tf.profile(() => tf.tidy(step));
  const byKernel = new Map<string, { ms: number; calls: number }>();
  for (const kernel of info.kernels) {
    const row = byKernel.get(kernel.name) ?? { ms: 0, calls: 0 };
    const time = await kernel.kernelTimeMs;
    if (typeof time === 'number') row.ms += time;
    row.calls++;
    byKernel.set(kernel.name, row);
  }
  const rows = [...byKernel].sort((a, b) => b[1].ms - a[1].ms).slice(0, 16);
  for (const [name, { ms, calls }] of rows) {
    console.log(`    ${name.padEnd(36)} ${ms.toFixed(1).padStart(8)} ms ${String(calls).padStart(5)} calls`);
  }
}

const backend = await openBackend((positionals[0] ?? 'auto') as BackendPreference); // openBackend checks it
console.log(`${backend.name}: ${backend.version} (${backend.reason}); batch ${batch}`);
for (const name of networks) {
  const { model } = buildDetectorNetwork(name, side, 1, 1);
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable); // what a layer's weight is
  const x = tf.randomUniform([batch, side, side, 3], 0, 255, 'float32', 7);
  const loss = (): tf.Scalar => tf.mean(tf.square(forward(model, x)));
  const trained = (): tf.Scalar => {
    const { value, grads } = tf.variableGrads(loss, weights);
    Object.values(grads)[0]?.dataSync();
    return value;
  };
  for (const [what, step] of [
    ['forward', loss],
    ['forward + gradients', trained],
  ] as const) {
    const { median, best, processor } = await measure(async () => {
      const value = tf.tidy(step);
      await value.data();
      value.dispose();
    });
    const rates = [median, best].map((seconds) => (batch / seconds).toFixed(2).padStart(8));
    const ms = ((1000 * processor) / batch).toFixed(0);
    console.log(
      `${name.padEnd(10)} ${what.padEnd(20)} ${rates[0]} pictures/s, at best ${rates[1]}; ${ms} ms of processor each`,
    );
    if (options.profile) await profile(step);
  }
  x.dispose();
  model.dispose();
}

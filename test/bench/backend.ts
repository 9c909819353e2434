/**
 * Images/s of a backend, forward and with gradients, on a stack shaped like YOLOX-nano (depthwise 3x3 and 1x1
 * convolutions with SiLU, 416 x 416 in) and on dense 3x3 convolutions; with `--profile` also where the time goes.
 *
 *     node test/bench/backend.ts [wasm|native|gpu] [--batch 8] [--profile]
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { type BackendPreference, openBackend } from '../../pipeline/models/backend/backend.ts';
import { scaledSilu } from '../../pipeline/models/backend/silu.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
  },
});
const batch = Number(options.batch);
const backend = await openBackend((positionals[0] ?? 'auto') as BackendPreference); // openBackend checks it

type Layer = (x: tf.Tensor4D) => tf.Tensor4D;
const weights: tf.Variable[] = [];
let flops = 0;
const seen = new Set<object>();

function weight(shape: number[], fanIn: number): tf.Variable {
  const made = tf.variable(tf.randomNormal(shape, 0, Math.sqrt(2 / fanIn), 'float32', weights.length + 1));
  weights.push(made);
  return made;
}

/** Counts a layer's multiplications and additions on its first pass, for one image. */
function count(key: object, y: tf.Tensor, perOutput: number): void {
  if (seen.has(key)) return;
  seen.add(key);
  flops += (2 * perOutput * y.size) / y.shape[0]!;
}

function normed(layer: Layer, channels: number): Layer {
  const scale = weight([channels], 2);
  const bias = weight([channels], 2);
  return (x) => scaledSilu(layer(x), scale, bias);
}

function dense(from: number, to: number, size = 1, stride = 1): Layer {
  const filter = weight([size, size, from, to], size * size * from);
  return normed((x) => {
    const y = tf.conv2d(x, filter as unknown as tf.Tensor4D, stride, 'same'); // a variable of rank 4
    count(filter, y, size * size * from);
    return y;
  }, to);
}

function depthwise(channels: number, size = 3, stride = 1): Layer {
  const filter = weight([size, size, channels, 1], size * size);
  return normed((x) => {
    const y = tf.depthwiseConv2d(x, filter as unknown as tf.Tensor4D, stride, 'same'); // a variable of rank 4
    count(filter, y, size * size);
    return y;
  }, channels);
}

const separable = (from: number, to: number, size = 3, stride = 1): Layer[] => [
  depthwise(from, size, stride),
  dense(from, to),
];

/** A cross-stage-partial stage as in YOLOX-nano: halve the channels, `depth` bottlenecks, join. */
function partial(channels: number, depth: number): Layer {
  const half = channels / 2;
  const left = dense(channels, half);
  const right = dense(channels, half);
  const inner = Array.from({ length: depth }, () => chain([dense(half, half), ...separable(half, half)]));
  const join = dense(channels, channels);
  return (x) => {
    let y = left(x);
    for (const bottleneck of inner) y = tf.add(y, bottleneck(y));
    return join(tf.concat([y, right(x)], 3));
  };
}

function chain(layers: Layer[]): Layer {
  return (x) => layers.reduce((y, layer) => layer(y), x);
}

const stacks: Record<string, () => Layer> = {
  nano: () =>
    chain([
      dense(3, 16, 3, 2),
      ...separable(16, 32, 3, 2),
      partial(32, 1),
      ...separable(32, 64, 3, 2),
      partial(64, 3),
      ...separable(64, 128, 3, 2),
      partial(128, 3),
      ...separable(128, 256, 3, 2),
      (x) => tf.concat([x, tf.maxPool(x, 5, 1, 'same')], 3),
      dense(512, 256),
      partial(256, 1),
      dense(256, 128),
      (x) => tf.image.resizeNearestNeighbor(x, [26, 26]),
      partial(128, 1),
      dense(128, 64),
      (x) => tf.image.resizeNearestNeighbor(x, [52, 52]),
      partial(64, 1),
      ...separable(64, 64),
      ...separable(64, 64),
      ...separable(64, 64),
      ...separable(64, 64),
    ]),
  dense: () =>
    chain([
      dense(3, 16, 3, 2),
      dense(16, 32, 3, 2),
      dense(32, 64, 3, 2),
      dense(64, 64, 3),
      dense(64, 128, 3, 2),
    ]),
};

/** Runs `step`, which must wait for its own result, for the set time. Gives seconds per run: the median's and the best's, and the processor's. */
async function measure(step: () => Promise<unknown>): Promise<{ median: number; best: number; cpu: number }> {
  await step();
  const runs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  while (performance.now() - start < 1000 * Number(options.seconds) || runs.length < 3) {
    const before = performance.now();
    await step();
    runs.push((performance.now() - before) / 1000);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  runs.sort((a, b) => a - b);
  return { median: runs[runs.length >> 1]!, best: runs[0]!, cpu: (user + system) / 1e6 / runs.length };
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

console.log(`${backend.name}: ${backend.version} (${backend.reason}); batch ${batch}`);
for (const [name, build] of Object.entries(stacks)) {
  flops = 0;
  weights.length = 0;
  const network = build();
  const x = tf.randomNormal<tf.Rank.R4>([batch, 416, 416, 3], 0, 1, 'float32', 7);
  const forward = (): tf.Scalar => tf.mean(tf.square(network(x)));
  const backward = (): tf.Scalar => {
    const { value, grads } = tf.variableGrads(forward, [...weights]);
    for (const [i, gradient] of Object.values(grads).entries()) if (i === 0) gradient.dataSync();
    return value;
  };
  for (const [what, step, work] of [
    ['forward', forward, 1],
    ['forward + gradients', backward, 3],
  ] as const) {
    const { median, best, cpu } = await measure(async () => {
      const loss = tf.tidy(step);
      await loss.data();
      loss.dispose();
    });
    const cpuMs = ((1000 * cpu) / batch).toFixed(0);
    const rate = (batch / median).toFixed(2).padStart(8);
    const bestRate = (batch / best).toFixed(2).padStart(8);
    const gflops = ((batch / best) * flops * work * 1e-9).toFixed(1).padStart(6);
    console.log(
      `${name.padEnd(6)} ${what.padEnd(20)} ${rate} images/s, at best ${bestRate} (${gflops} GFLOP/s), ${cpuMs} ms of processor an image`,
    );
    if (options.profile) await profile(step);
  }
  console.log(`${name.padEnd(6)} ${(flops / 1e9).toFixed(2)} GFLOP an image`);
  tf.dispose([x, ...weights]);
}

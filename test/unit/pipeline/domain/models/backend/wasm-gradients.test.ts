/** Holds the wasm backend, as we complete it, to tfjs-core's plain CPU backend: same gradients to 1e-4. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../../pipeline/domain/models/backend/backend.ts';
import { convolve } from '../../../../../../pipeline/domain/models/backend/convolution.ts';
import { silu } from '../../../../../../pipeline/domain/models/backend/silu.ts';
import {
  simdModule,
  sourceDigest,
  sourceSection,
} from '../../../../../../pipeline/domain/models/backend/wasm/simd/load.ts';

type Loss = (...inputs: tf.Tensor[]) => tf.Tensor;

before(async () => {
  await openBackend('wasm');
});

/** Values in (-1, 1) that look random and are the same in every run. */
function values(shape: number[], seed: number): Float32Array {
  return Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => {
    const wave = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return 2 * (wave - Math.floor(wave)) - 1;
  });
}

/** The forward result and the gradients of its weighted sum with respect to every input. */
async function forwardAndGradients(backend: string, loss: Loss, shapes: number[][]): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(values(shape, i + 1), shape));
    const forward = loss(...inputs);
    const weights = tf.tensor(values(forward.shape, 99), forward.shape);
    const sum = (...given: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(loss(...given), weights)).asScalar();
    return [forward, ...tf.grads(sum)(inputs)];
  });
  const results = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return results;
}

async function assertSame(loss: Loss, ...shapes: number[][]): Promise<void> {
  const expected = await forwardAndGradients('cpu', loss, shapes);
  const leaked = tf.memory().numTensors;
  const found = await forwardAndGradients('wasm', loss, shapes);
  assert.equal(tf.memory().numTensors, leaked, 'tensors leaked');
  for (const [which, want] of expected.entries()) {
    const have = found[which]!;
    assert.equal(have.length, want.length);
    const scale = want.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (const [i, value] of want.entries()) {
      const name = which === 0 ? 'forward' : `gradient ${which}`;
      assert.ok(
        Math.abs(have[i]! - value) <= 1e-4 * scale,
        `${name}[${i}]: found ${have[i]}, expected ${value}`,
      );
    }
  }
}

const pads: ('same' | 'valid' | tf.backend_util.ExplicitPadding)[] = [
  'same',
  'valid',
  [
    [0, 0],
    [2, 1],
    [0, 3],
    [0, 0],
  ],
];

describe('wasm convolution gradients', () => {
  for (const pad of pads) {
    for (const [size, stride] of [
      [1, 1],
      [1, 2],
      [3, 1],
      [3, 2],
      [5, 3],
    ] as const) {
      const name = `filter ${size}, stride ${stride}, pad ${JSON.stringify(pad)}`;
      test(`dense - ${name}`, () =>
        assertSame(
          (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
          [2, 9, 12, 3],
          [size, size, 3, 5],
        ));
      test(`depthwise - ${name}`, () =>
        assertSame(
          (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
          [2, 11, 8, 7],
          [size, size, 7, 1],
        ));
    }
  }

  for (const channels of [8, 13, 20, 32]) {
    test(`${channels} channels, as the loops take four, eight or sixteen at a time`, async () => {
      await assertSame(
        (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
        [2, 6, 11, channels],
        [3, 3, channels, 33 - channels],
      );
      for (const stride of [1, 2] as const) {
        await assertSame(
          (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'same'),
          [2, 7, 13, channels],
          [3, 3, channels, 1],
        );
      }
    });
  }

  test('dense - large pictures', () =>
    assertSame(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
      [3, 64, 64, 24],
      [3, 3, 24, 2],
    ));

  test('dense - rectangular filter and uneven strides', () =>
    assertSame(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, [2, 1], 'same'),
      [2, 10, 7, 4],
      [3, 5, 4, 2],
    ));
});

describe('wasm gradients of the other operations that training uses', () => {
  const picture = [2, 6, 8, 4];
  const cases: [string, Loss, number[][]][] = [
    [
      'matMul',
      (a, b) => tf.matMul(a, b),
      [
        [5, 7],
        [7, 3],
      ],
    ],
    [
      'matMul, both transposed',
      (a, b) => tf.matMul(a, b, true, true),
      [
        [7, 5],
        [3, 7],
      ],
    ],
    [
      'matMul in batches',
      (a, b) => tf.matMul(a, b, false, true),
      [
        [2, 5, 7],
        [2, 3, 7],
      ],
    ],
    ['max pooling, overlapping', (x) => tf.maxPool(x as tf.Tensor4D, 5, 1, 'same'), [picture]],
    ['max pooling, stride 2, odd size', (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'), [[2, 7, 9, 3]]],
    ['max pooling, valid', (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [picture]],
    ['average pooling', (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'), [picture]],
    ['sigmoid', (x) => tf.sigmoid(x), [picture]],
    ['SiLU', (x) => tf.mul(x, tf.sigmoid(x)), [picture]],
    ['SiLU as one operation', (x) => silu(tf.mul(x, 20)), [[2, 3, 5, 3]]],
    ['sum over all but the channels', (x) => tf.sum(x, [0, 1, 2], true), [[3, 17, 9, 5]]],
    [
      'concat of unlike parts',
      (a, b, c) => tf.concat([a, b, c], -1),
      [
        [2, 3, 5],
        [2, 3, 1],
        [2, 3, 8],
      ],
    ],
    [
      'concat of rows',
      (a, b) => tf.concat([a, b], 0),
      [
        [2, 3],
        [4, 3],
      ],
    ],
    [
      'split of unlike parts',
      (x) => tf.mul(...(tf.split(x, [3, 3, 1], 1) as [tf.Tensor, tf.Tensor])),
      [[2, 7, 3]],
    ],
    ['softplus', (x) => tf.softplus(tf.mul(x, 30)), [picture]],
    ['logSigmoid', (x) => tf.logSigmoid(x), [picture]],
    ['logSoftmax', (x) => tf.logSoftmax(x), [[5, 6]]],
    ['softmax', (x) => tf.softmax(x), [[5, 6]]],
    ['exp', (x) => tf.exp(x), [picture]],
    ['moments', (x) => tf.moments(x, [0, 1, 2]).variance, [picture]],
    [
      'batch norm in training',
      (x, scale, offset) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(
          x,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
        );
      },
      [picture, [4], [4]],
    ],
    [
      'pad, slice and concat',
      (a, b) =>
        tf.slice(
          tf.concat(
            [
              tf.pad(a, [
                [0, 0],
                [1, 2],
                [0, 0],
                [3, 0],
              ]),
              b,
            ],
            3,
          ),
          [0, 1, 2, 1],
          [2, 7, 5, 6],
        ),
      [picture, [2, 9, 8, 2]],
    ],
    ['split', (x) => tf.add(...(tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor])), [picture]],
    ['gather with repeats', (x) => tf.gather(x, tf.tensor1d([1, 0, 1, 3], 'int32'), 1), [[2, 5, 3]]],
    [
      'minimum, maximum and abs',
      (a, b) => tf.abs(tf.add(tf.minimum(a, b), tf.maximum(a, tf.mul(b, 0.5)))),
      [picture, picture],
    ],
    [
      'where',
      (a, b) => tf.where(tf.greater(tf.tensor(values(picture, 5), picture), 0), tf.mul(a, b), b),
      [picture, picture],
    ],
    ['broadcast add and mul', (x, bias) => tf.mul(tf.add(x, bias), bias), [picture, [4]]],
    ['sums and means over some axes', (x) => tf.add(tf.sum(x, [1, 2]), tf.mean(x, [1, 2])), [picture]],
    ['transpose', (x) => tf.transpose(x, [0, 3, 1, 2]), [picture]],
    ['ReLU6', (x) => tf.relu6(tf.mul(x, 9)), [picture]],
    ['leaky ReLU', (x) => tf.leakyRelu(x), [picture]],
    [
      'divide, square, sqrt',
      (a, b) => tf.div(tf.square(a), tf.sqrt(tf.add(tf.square(b), 1))),
      [picture, picture],
    ],
  ];
  for (const [name, loss, shapes] of cases) test(name, () => assertSame(loss, ...shapes));
});

/**
 * tfjs-core's CPU backend has these two wrong (nearest: for more than one picture; bilinear: for pictures that are
 * not square), so they are held to the definition: they are linear, so <w, f(v)> = <gradient, v> for every v.
 */
describe('wasm gradients of resizing', () => {
  const shape = [2, 3, 5, 2];
  const cases: [string, (x: tf.Tensor4D) => tf.Tensor4D][] = [
    ['nearest, twice the size', (x) => tf.image.resizeNearestNeighbor(x, [6, 10])],
    ['nearest, uneven', (x) => tf.image.resizeNearestNeighbor(x, [4, 13])],
    ['nearest, corners aligned', (x) => tf.image.resizeNearestNeighbor(x, [7, 9], true)],
    ['nearest, smaller', (x) => tf.image.resizeNearestNeighbor(x, [2, 3])],
    ['bilinear, uneven', (x) => tf.image.resizeBilinear(x, [7, 9])],
  ];
  for (const [name, resize] of cases) {
    test(name, async () => {
      await tf.setBackend('wasm');
      tf.tidy(() => {
        const input = tf.tensor4d(values(shape, 1), shape as [number, number, number, number]);
        const weights = tf.tensor(values(resize(input).shape, 2), resize(input).shape);
        const gradient = tf.grad((x) => tf.sum(tf.mul(resize(x as tf.Tensor4D), weights)))(input);
        for (let i = 0; i < input.size; i++) {
          const unit = tf.reshape<tf.Rank.R4>(
            tf.cast(tf.oneHot(tf.scalar(i, 'int32'), input.size), 'float32'),
            input.shape,
          );
          const expected = tf.sum(tf.mul(resize(unit), weights)).dataSync()[0]!;
          assert.ok(Math.abs(gradient.dataSync()[i]! - expected) < 1e-5, `position ${i}`);
        }
      });
    });
  }
});

/** As torch pads a strided 3x3 on even sides. */
const aboveAndLeft: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 0],
  [1, 0],
  [0, 0],
];

describe('wasm fused convolution', () => {
  for (const [filter, stride] of [
    [1, 1],
    [3, 2],
    [5, 1],
  ] as const) {
    for (const activation of ['linear', 'relu', 'relu6', 'sigmoid'] as const) {
      test(`${activation}, filter ${filter}, stride ${stride}`, async () => {
        const fused = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
          tf.fused.conv2d({
            x: x as tf.Tensor4D,
            filter: w as tf.Tensor4D,
            bias,
            strides: stride,
            pad: 'same',
            activation,
          });
        const shapes = [[2, 9, 7, 3], [filter, filter, 3, 13], [13]];
        await assertSame(fused, ...shapes);
      });
    }
    for (const depthwise of [false, true]) {
      const kind = depthwise ? 'depthwise' : 'dense';
      const pad = stride === 1 ? 'same' : aboveAndLeft;
      test(`SiLU, ${kind}, filter ${filter}, stride ${stride}`, async () => {
        const fused = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
          convolve({
            x: x as tf.Tensor4D,
            filter: w as tf.Tensor4D,
            bias: bias as tf.Tensor1D,
            strides: stride,
            pad,
            depthwise,
            activation: 'silu',
          });
        const shapes = depthwise
          ? [[2, 9, 7, 5], [filter, filter, 5, 1], [5]]
          : [[2, 9, 7, 5], [filter, filter, 5, 9], [9]];
        await assertSame(fused, ...shapes);
      });
    }
  }
});

test('wasm kernels - kernels.wasm was made from its sources as they stand', () => {
  const [section] = WebAssembly.Module.customSections(simdModule(), sourceSection);
  assert.equal(section && Buffer.from(section).toString(), sourceDigest());
});

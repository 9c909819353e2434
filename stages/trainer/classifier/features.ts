/** What the frozen part of the network makes of every picture: computed once, so that an epoch takes seconds. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { tensorOf } from '../../../pipeline/domain/models/batch.ts';
import { fromBfloat16, toBfloat16 } from '../../../pipeline/domain/models/bfloat16.ts';
import { classifierBatch } from '../../../pipeline/domain/models/classifier/classifier.ts';
import { inferenceOf } from '../../../pipeline/domain/models/frozen/inference.ts';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import { type Random, seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { type Raster, withImage } from '../../../pipeline/domain/vision/image.ts';
import type { ClassifierExample } from './example.ts';
import { makeClassifierView, planClassifierViews } from './views.ts';

/** Features of all pictures and views. */
export interface Features {
  /** `[pictures][views][…shape]`, one after the other in memory, as {@link toBfloat16} gives them. */
  readonly bfloats: Uint16Array;
  /** Of one view's features, without the batch. */
  readonly shape: readonly number[];
  readonly views: number;
  readonly pictures: number;
}

/** What {@link featuresOf} makes of each picture. */
export interface FeaturesOptions {
  /** Of each picture. */
  readonly views: number;
  /** Of the network's input, px. */
  readonly side: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
}

/** @param frozen pictures to features */
export async function featuresOf(
  frozen: LayersModel,
  examples: readonly ClassifierExample[],
  { views, side, seed, signal, onProgress }: FeaturesOptions,
): Promise<Features> {
  const shape = frozen.outputs[0]!.shape.slice(1) as number[]; // the input's side is fixed, and so is this
  const size = tf.util.sizeFromShape(shape);
  const bfloats = new Uint16Array(examples.length * views * size);
  const inference = await inferenceOf(frozen);
  const random = seededRandom(seed);
  const perBatch = Math.max(1, Math.floor(classifierBatch / views));
  const load = (first: number) =>
    Promise.all(
      examples.slice(first, first + perBatch).map((example) => viewsOf(example, views, side, random)),
    );
  let next = load(0);
  for (let first = 0; first < examples.length; first += perBatch) {
    await setImmediate();
    signal?.throwIfAborted();
    const batch = (await next).flat();
    // Decoded while the network runs.
    next = load(first + perBatch);
    const output = tf.tidy(() => inference.run(tensorOf(batch, side)));
    bfloats.set(toBfloat16(await output.data<'float32'>()), first * views * size);
    output.dispose();
    await onProgress?.(Math.min(first + perBatch, examples.length), examples.length);
  }
  await next;
  inference.dispose();
  return { bfloats, shape, views, pictures: examples.length };
}

/** The features of some pictures, a random view of each: `[batch, …shape]`. */
export function drawFeatures(
  { bfloats, shape, views }: Features,
  pictures: readonly number[],
  random: Random,
): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  const drawn = new Uint16Array(pictures.length * size);
  pictures.forEach((picture, i) => {
    const row = picture * views + Math.floor(random.next() * views);
    drawn.set(bfloats.subarray(row * size, (row + 1) * size), i * size);
  });
  return tf.tensor(fromBfloat16(drawn), [pictures.length, ...shape]);
}

/** The same features seen through a further part of the network. */
export async function furtherFeatures(part: LayersModel, features: Features): Promise<Features> {
  const { bfloats, shape, views, pictures } = features;
  const size = tf.util.sizeFromShape([...shape]);
  const outShape = part.outputs[0]!.shape.slice(1) as number[]; // as in featuresOf
  const outSize = tf.util.sizeFromShape(outShape);
  const rows = pictures * views;
  const result = new Uint16Array(rows * outSize);
  const perBatch = 32;
  for (let first = 0; first < rows; first += perBatch) {
    await setImmediate();
    const count = Math.min(perBatch, rows - first);
    const batch = fromBfloat16(bfloats.subarray(first * size, (first + count) * size));
    const output = tf.tidy(() => forward(part, tf.tensor(batch, [count, ...shape])));
    result.set(toBfloat16(await output.data<'float32'>()), first * outSize);
    output.dispose();
  }
  return { bfloats: result, shape: outShape, views, pictures };
}

async function viewsOf(
  example: ClassifierExample,
  count: number,
  side: number,
  random: Random,
): Promise<Raster[]> {
  // Of its own, since pictures are decoded in any order.
  const own = seededRandom(Math.floor(random.next() * 2 ** 32));
  return withImage(await example.bytes(), example.name, (picture) =>
    Promise.all(
      planClassifierViews(picture, count, own).map((view) => makeClassifierView(picture, view, side)),
    ),
  );
}

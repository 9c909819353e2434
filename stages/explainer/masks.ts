/** Scores of a picture that shows through masks: what black-box methods and deletion curves are made of. */
import * as tf from '@tensorflow/tfjs-core';
import type { Probe } from './case.ts';
import type { HeatMap } from './maps.ts';

/** Pictures per run of the network: more is hardly faster and takes memory. */
const batchSize = 8;

/** How a mask's cells become pixels: between their centres, or each a block. */
export type Edges = 'soft' | 'hard';

/**
 * @param masks over the whole square, all of one size: 1 shows the picture, 0 shows `instead`
 * @param instead `[1, side, side, 3]`, 0..255
 * @returns one score a mask, 0..1
 */
export async function scoresThrough(
  probe: Probe,
  masks: readonly HeatMap[],
  instead: tf.Tensor4D,
  edges: Edges,
): Promise<Float32Array> {
  const scores = new Float32Array(masks.length);
  for (let first = 0; first < masks.length; first += batchSize) {
    const pictures = tf.tidy(() => blended(probe, masks.slice(first, first + batchSize), instead, edges));
    try {
      scores.set(await probe.scores(pictures), first);
    } finally {
      pictures.dispose();
    }
  }
  return scores;
}

/** `[masks, side, side, 3]`. */
export function blended(
  { picture, side }: Probe,
  masks: readonly HeatMap[],
  instead: tf.Tensor4D,
  edges: Edges,
): tf.Tensor4D {
  const { width, height } = masks[0]!;
  const values = new Float32Array(masks.length * width * height);
  masks.forEach((mask, i) => {
    values.set(mask.values, i * width * height);
  });
  const cells = tf.tensor4d(values, [masks.length, height, width, 1]);
  const size: [number, number] = [side, side];
  const shown =
    edges === 'soft'
      ? tf.image.resizeBilinear(cells, size, false, true)
      : tf.image.resizeNearestNeighbor(cells, size);
  return tf.add(instead, tf.mul(tf.sub(picture, instead), shown));
}

/** One level everywhere: `[1, side, side, 3]`. */
export function plain({ side, neutral }: Probe): tf.Tensor4D {
  return tf.fill([1, side, side, 3], neutral) as tf.Tensor4D; // `fill` types no ranks
}

/**
 * A class head for new classes out of an old one's: each new class is the mixture of old ones that fire where
 * its animals are ("deer" is a little horse, cow and sheep), so that the detector is good before its first step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { tensorOf } from '../../../pipeline/domain/models/batch.ts';
import { type Position, sigmoid } from '../../../pipeline/domain/models/detector/decode.ts';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import type { ClassHead } from '../../../pipeline/domain/models/yolox/weights.ts';
import { decodeImage, letterbox } from '../../../pipeline/domain/vision/image.ts';
import { assign } from './assign.ts';
import type { DetectorExample } from './example.ts';

/** So many pictures tell which old classes a new one is like. */
const enoughExamples = 40;
/** So many old classes make up a new one, at most. */
const mixed = 5;

/** The old class head of a stride to the new one. */
export type ClassMix = (head: ClassHead) => ClassHead;

/** @returns what makes the new head of each stride */
export async function mixClasses(
  source: LayersModel,
  side: number,
  positions: readonly Position[],
  classes: readonly string[],
  examples: readonly DetectorExample[],
): Promise<ClassMix> {
  const old = source.outputs[0]!.shape[2]! - 5;
  const logits = await logitsOfAnimals(source, side, positions, classes, examples);
  const shares = classes.map((_, c) => mixtureShares(logits.get(c) ?? [], old));
  const lifts = classes.map((_, c) => liftOf(logits.get(c) ?? [], shares[c]!));
  return ({ kernel, bias }) => ({
    kernel: mixRows(kernel, old, shares),
    bias: mixRows(bias, old, shares).map((value, c) => value + lifts[c]!),
  });
}

/** `[rows * old]` to `[rows * new]`. */
function mixRows(values: Float32Array, old: number, shares: readonly Float32Array[]): Float32Array {
  return Float32Array.from({ length: (values.length / old) * shares.length }, (_, i) => {
    const row = Math.trunc(i / shares.length) * old;
    return shares[i % shares.length]!.reduce((sum, share, k) => sum + share * values[row + k]!, 0);
  });
}

/** Old classes' logits at the positions that answer for each new class' boxes: class to a row per position. */
async function logitsOfAnimals(
  source: LayersModel,
  side: number,
  positions: readonly Position[],
  classes: readonly string[],
  examples: readonly DetectorExample[],
): Promise<ReadonlyMap<number, Float32Array[]>> {
  const width = source.outputs[0]!.shape[2]!;
  const rows = new Map<number, Float32Array[]>();
  const boxed = examples.filter(({ boxes }) => boxes.some(({ weight }) => weight > 0));
  // Evenly over all, so that neighbouring frames of one clip do not fill the list. Not `evenlySpaced`, which picks others:
  // the start of every training would change.
  const stride = Math.max(1, boxed.length / enoughExamples);
  for (let i = 0; i < boxed.length; i += stride) {
    const { jpeg, name, boxes } = boxed[Math.trunc(i)]!;
    const raster = await decodeImage(await jpeg(), name);
    const shown = await letterbox(raster, [0, 0, raster.width, raster.height], side);
    const output = tf.tidy(() => forward(source, tensorOf([shown.raster], side)));
    const raw = (await output.data()) as Float32Array; // the network is float32
    output.dispose();
    const targets = boxes.map(({ box: [x, y, w, h], label, weight }) => {
      const s = shown.scale;
      return { box: [x * s, y * s, w * s, h * s] as const, label: classes.indexOf(label), weight };
    });
    for (const { position, target } of assign(withoutClasses(raw, width), 5, positions, targets)) {
      const row = raw.slice(position * width + 5, (position + 1) * width);
      rows.set(target.label, [...(rows.get(target.label) ?? []), row]);
    }
  }
  return rows;
}

/** Old classes say nothing about which position should answer. */
function withoutClasses(raw: Float32Array, width: number): Float32Array {
  const result = new Float32Array((raw.length / width) * 5);
  for (let p = 0; p * width < raw.length; p += 1) result.set(raw.subarray(p * width, p * width + 5), p * 5);
  return result;
}

/** Sum is 1; the more often and surely an old class fires, the more. All alike where nothing is known. */
function mixtureShares(rows: readonly Float32Array[], old: number): Float32Array {
  if (rows.length === 0) return new Float32Array(old).fill(1 / old);
  const means = Float32Array.from({ length: old }, (_, k) => {
    return rows.reduce((sum, row) => sum + sigmoid(row[k]!), 0) / rows.length;
  });
  const least = [...means].sort((a, b) => b - a)[Math.min(mixed, old) - 1]!;
  const strongest = means.map((mean) => (mean >= least ? mean : 0));
  const sum = strongest.reduce((total, mean) => total + mean, 0);
  return strongest.map((mean) => mean / sum);
}

/** What a mixture lacks to the best of the old classes, on average: added to its bias. */
function liftOf(rows: readonly Float32Array[], shares: Float32Array): number {
  if (rows.length === 0) return 0;
  const lacks = rows.map((row) => {
    const mixture = row.reduce((sum, logit, k) => sum + logit * shares[k]!, 0);
    const best = row.reduce((most, logit, k) => (shares[k]! > 0 ? Math.max(most, logit) : most), -Infinity);
    return best - mixture;
  });
  return lacks.reduce((sum, lack) => sum + lack, 0) / lacks.length;
}

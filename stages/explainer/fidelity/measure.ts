/**
 * What a map is worth: does the score fall when what it marks is taken away, and is what it marks enough? Each beside
 * maps that know nothing of the model. Deletion and insertion: Petsiuk et al. 2018 (RISE, arXiv 1806.07421); ROAD: Rong
 * et al. 2022; pointing and energy: `pointing.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type Box, type Size, scale } from '../../../pipeline/domain/vision/box.ts';
import type { Probe } from '../case.ts';
import type { HeatMap } from '../maps.ts';
import { scoresThrough } from '../masks.ts';
import { resample } from '../pixels.ts';
import { type BaselineName, baselinesOf, meanOfCells } from './baselines.ts';
import { blur } from './blur.ts';
import { areaUnder, byImportance, firstOf } from './curves.ts';
import { type Channels, impute } from './impute.ts';
import { type Pointing, pointingOf } from './pointing.ts';

/** Scores count as shares of the unchanged picture's, so that pictures compare. */
export interface Fidelity {
  /** Area under the score as cells are blurred, the map's highest first: less is better. */
  readonly deletion: number;
  /** Area under the score as cells come back into a blurred picture, the map's highest first: more is better. */
  readonly insertion: number;
  /** Half of what the score keeps without the map's lowest cells over what it keeps without the highest: more is better. */
  readonly road: number;
  /** null where there is no box to point at. */
  readonly pointing: Pointing | null;
}

/** What the map is worth, and what each baseline is. */
export interface Measures extends Readonly<Record<BaselineName | 'map', Fidelity>> {
  /** Of the unchanged picture, 0..1. */
  readonly score: number;
}

/** px of the square a cell: finer cells make adversarial specks of which a network makes anything. */
const pxPerCell = 16;
const steps = 10;
/** Shares of the cells that ROAD takes out. */
const roadShares = [0.2, 0.4, 0.6, 0.8];
/** px of the square a pixel of the imputed picture: filled parts are smooth anyway. */
const imputedPx = 4;
/** Of the imputation, levels of 255 (the paper's program: 0.01 of the range). */
const noiseLevel = 2.55;

/** @param box px of the square; null where there is none to point at */
export async function measure(probe: Probe, map: HeatMap, box: Box | null): Promise<Measures> {
  const { score, fidelity } = await measureAll(probe, new Map([['map', map]]), box);
  const own = (name: string) => fidelity.get(name)!; // `measureAll` gives what went in, and the baselines
  return {
    score,
    map: own('map'),
    random: own('random'),
    centreBlob: own('centreBlob'),
    edges: own('edges'),
  };
}

/**
 * Several maps of one answer, and the baselines.
 * @param maps over the whole square, by name
 */
export async function measureAll(
  probe: Probe,
  maps: ReadonlyMap<string, HeatMap>,
  box: Box | null,
): Promise<{ score: number; fidelity: ReadonlyMap<string, Fidelity> }> {
  const { side, covered } = probe;
  const grid = {
    width: Math.ceil(covered.width / pxPerCell),
    height: Math.ceil(covered.height / pxPerCell),
  };
  const picture = await channelsOf(probe.picture, side);
  const onGrid = ([name, map]: [string, HeatMap]): [string, HeatMap] => {
    const share = (cells: number, size: number) => (cells * size * pxPerCell) / side;
    return [
      name,
      resample(map, grid, { width: share(map.width, grid.width), height: share(map.height, grid.height) }),
    ];
  };
  const all = [...[...maps].map(onGrid), ...Object.entries(baselinesOf(lumaOf(picture, grid), grid))];
  const [score = 0] = await probe.scores(probe.picture);
  const blurred = toTensor(blur(picture, Math.round(side / 20)));
  const noise = tf.randomNormal([1, side, side, 3], 0, noiseLevel, 'float32', 5) as tf.Tensor4D; // `randomNormal` types no ranks
  try {
    const on = { probe, small: shrunk(picture, side / imputedPx), noise, blurred, grid, score, box };
    const fidelity = new Map<string, Fidelity>();
    for (const [name, map] of all) fidelity.set(name, await fidelityOf(map, on));
    return { score, fidelity };
  } finally {
    tf.dispose([blurred, noise]);
  }
}

/** What all maps of one answer are measured on. */
interface Ground {
  readonly probe: Probe;
  /** The picture at the size at which it is imputed. */
  readonly small: Channels;
  /** What is added to all that was imputed. */
  readonly noise: tf.Tensor4D;
  readonly blurred: tf.Tensor4D;
  readonly grid: Size;
  readonly score: number;
  readonly box: Box | null;
}

async function fidelityOf(map: HeatMap, on: Ground): Promise<Fidelity> {
  const { probe, blurred, grid, score, box } = on;
  const order = byImportance(map);
  const total = order.length;
  const shares = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * total) / steps));
  const shown = shares.map((count) => firstOf(order, count, total));
  const left = shown.map((cells) => cells.map((cell) => 1 - cell));
  const masks = [...left, ...shown].map((cells) => overSquare(cells, grid, probe.side, 1));
  const scores = [...(await scoresThrough(probe, masks, blurred, 'hard'))].map((masked) =>
    relative(masked, score),
  );
  return {
    deletion: areaUnder(scores.slice(0, steps + 1)),
    insertion: areaUnder(scores.slice(steps + 1)),
    road: await roadOf(order, on),
    pointing: box && pointingOf(map, scale(box, 1 / pxPerCell)),
  };
}

/** The mean over the shares of (least relevant first - most relevant first) / 2. */
async function roadOf(order: readonly number[], on: Ground): Promise<number> {
  let sum = 0;
  for (const share of roadShares) {
    const count = Math.round(share * order.length);
    const without = async (first: readonly number[]) => {
      const left = firstOf(first, count, order.length).map((cell) => 1 - cell);
      return relative(await scoreImputed(left, on), on.score);
    };
    sum += (await without(order.toReversed())) - (await without(order));
  }
  return sum / (2 * roadShares.length);
}

async function scoreImputed(left: Float32Array, { probe, small, noise, grid }: Ground): Promise<number> {
  const mask = overSquare(left, grid, probe.side, 1);
  const kept = spread(mask, small.width);
  const filled = toTensor(impute(small, kept));
  const instead = tf.tidy(() => {
    const large = tf.image.resizeBilinear(filled, [probe.side, probe.side], false, true);
    return tf.add(large, noise) as tf.Tensor4D; // both are [1, side, side, 3]
  });
  try {
    const [score = 0] = await scoresThrough(probe, [mask], instead, 'hard');
    return score;
  } finally {
    tf.dispose([filled, instead]);
  }
}

/** Cells over the picture as cells over the whole square; those over padding have `rest`. */
function overSquare(cells: Float32Array, grid: Size, side: number, rest: number): HeatMap {
  const across = Math.ceil(side / pxPerCell);
  const values = new Float32Array(across * across).fill(rest);
  cells.forEach((cell, i) => {
    values[Math.trunc(i / grid.width) * across + (i % grid.width)] = cell;
  });
  return { values, width: across, height: across };
}

/** Each cell as a block of pixels. */
function spread({ values, width, height }: HeatMap, side: number): Float32Array {
  return Float32Array.from(
    { length: side * side },
    (_, i) =>
      values[
        Math.trunc((Math.trunc(i / side) * height) / side) * width + Math.trunc(((i % side) * width) / side)
      ]!,
  );
}

function relative(score: number, unchanged: number): number {
  return unchanged === 0 ? 0 : score / unchanged;
}

async function channelsOf(picture: tf.Tensor4D, side: number): Promise<Channels> {
  return { values: Float32Array.from(await picture.data()), width: side, height: side };
}

function shrunk({ values, width, height }: Channels, side: number): Channels {
  const each = [0, 1, 2].map((c) => {
    const channel = { values: values.filter((_, i) => i % 3 === c), width, height };
    return meanOfCells(channel, { width: side, height: side }).values;
  });
  const mixed = Float32Array.from({ length: side * side * 3 }, (_, i) => each[i % 3]![Math.trunc(i / 3)]!);
  return { values: mixed, width: side, height: side };
}

/** BT.601, of the part that shows the picture. */
function lumaOf({ values, width }: Channels, grid: Size): HeatMap {
  const size = {
    width: Math.min(width, grid.width * pxPerCell),
    height: Math.min(width, grid.height * pxPerCell),
  };
  const luma = Float32Array.from({ length: size.width * size.height }, (_, i) => {
    const at = 3 * (Math.trunc(i / size.width) * width + (i % size.width));
    return 0.299 * values[at]! + 0.587 * values[at + 1]! + 0.114 * values[at + 2]!;
  });
  return { values: luma, ...size };
}

function toTensor({ values, width, height }: Channels): tf.Tensor4D {
  return tf.tensor4d(values, [1, height, width, 3]);
}

/** A stored detector, loaded: crops in, boxes out. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FatalError } from '../errors.ts';
import type { Raster } from '../vision/image.ts';
import { type DetectorCard, readDetectorCard } from './card.ts';
import { type Detection, decode, positionsOf } from './decode.ts';
import { type ModelFiles, modelFromFiles } from './files.ts';
import { type Inference, inferenceOf } from './frozen/inference.ts';
import './network/conv-layer.ts';
import { forward, networkStrides } from './network/network.ts';

/** Below this a box is noise to the eye; the tracker and the scores have thresholds of their own. */
const defaultMinScore = 0.1;

/** Two boxes of one animal overlap more than this (YOLOX's own value for COCO). */
const maxIoU = 0.65;

/** How the output of a network is read. */
export interface NetworkReading {
  /** Of the square input, px. */
  readonly side: number;
  /** px */
  readonly strides: readonly number[];
  /** Label of each class channel. */
  readonly outputs: readonly string[];
}

export class Detector {
  readonly card: DetectorCard;
  /** For explanations: input, output and layer names are {@link Network}'s. */
  readonly model: LayersModel;
  readonly reading: NetworkReading;
  readonly #inference: Inference;

  private constructor(card: DetectorCard, model: LayersModel, inference: Inference) {
    this.card = card;
    this.model = model;
    this.#inference = inference;
    this.reading = { side: card.side, outputs: card.outputs, strides: networkStrides[card.network] };
  }

  /** `openBackend` comes first. @throws PoisonError where the files are no detector or damaged */
  static async load(files: ModelFiles): Promise<Detector> {
    const card = readDetectorCard(files);
    const model = await modelFromFiles(files);
    return new Detector(card, model, await inferenceOf(model));
  }

  /**
   * All crops in one batch.
   *
   * @param crops letterboxed to `card.side` x `card.side` px
   * @param minScore boxes below are dropped, 0..1
   * @returns of each crop its boxes in px of the crop, best first
   * @throws FatalError where a crop has another size
   */
  async detect(crops: readonly Raster[], minScore = defaultMinScore): Promise<readonly Detection[][]> {
    return detections(this.#inference.run, this.reading, crops, minScore);
  }

  dispose(): void {
    this.#inference.dispose();
    this.model.dispose();
  }
}

/** {@link Detector.detect} with a network that is not (yet) a stored detector. */
export async function detectWith(
  model: LayersModel,
  reading: NetworkReading,
  crops: readonly Raster[],
  minScore: number,
): Promise<readonly Detection[][]> {
  return detections((input) => forward(model, input), reading, crops, minScore);
}

async function detections(
  run: Inference['run'],
  { side, outputs, strides }: NetworkReading,
  crops: readonly Raster[],
  minScore: number,
): Promise<readonly Detection[][]> {
  if (crops.length === 0) return [];
  const output = tf.tidy(() => run(tensorOf(crops, side)));
  try {
    const raw = (await output.data()) as Float32Array; // [crops, positions, 5 + outputs]; the network is float32
    const each = raw.length / crops.length;
    const options = { outputs, minScore, maxIoU, side, positions: positionsOf(side, strides) };
    return crops.map((_, i) => [...decode(raw.subarray(i * each, (i + 1) * each), options)]);
  } finally {
    output.dispose();
  }
}

/** `[crops, side, side, 3]`, 0..255. @throws FatalError where a crop has another size */
export function tensorOf(crops: readonly Raster[], side: number): tf.Tensor4D {
  const size = side * side * 3;
  const values = new Float32Array(crops.length * size);
  crops.forEach(({ data, width, height }, i) => {
    if (width !== side || height !== side) {
      const facts = { found: `${width} x ${height} px`, expected: `${side} x ${side}` };
      throw new FatalError('a crop does not have the size of the detector', facts);
    }
    values.set(data, i * size);
  });
  return tf.tensor4d(values, [crops.length, side, side, 3]);
}

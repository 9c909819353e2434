/** A stored detector, loaded: crops in, boxes out. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Raster } from '../../vision/image.ts';
import { tensorOf } from '../batch.ts';
import { type ModelFiles, modelFromFiles } from '../files.ts';
import { type Inference, inferenceOf } from '../frozen/inference.ts';
import { type DetectorCard, readDetectorCard } from './card.ts';
import { type Detection, decodeDetections, positionsOf } from './decode.ts';
import '../network/conv-layer.ts';
import { forward } from '../network/forward.ts';
import { detectorStrides } from './network.ts';
import { Verifier } from './verifier.ts';

/** Below this a box is noise to the eye; the tracker and the scores have thresholds of their own. */
const defaultMinScore = 0.1;

/** How the output of a network is read. */
export interface NetworkReading {
  /** Of the square input, px. */
  readonly side: number;
  /** px */
  readonly strides: readonly number[];
  /** Label of each class channel. */
  readonly outputs: readonly string[];
}

/** Holds a network, and a verifier where there is one, on the backend: dispose it. */
export class Detector {
  readonly card: DetectorCard;
  /** For explanations: input, output and layer names are {@link Network}'s. */
  readonly model: LayersModel;
  readonly reading: NetworkReading;
  /** Of the square that it is shown, px. */
  readonly side: number;
  readonly #inference: Inference;
  readonly #verifier: Verifier | null;

  private constructor(
    card: DetectorCard,
    model: LayersModel,
    inference: Inference,
    verifier: Verifier | null,
  ) {
    this.card = card;
    this.side = card.side;
    this.model = model;
    this.#inference = inference;
    this.#verifier = verifier;
    this.reading = { side: card.side, outputs: card.outputs, strides: detectorStrides[card.network] };
  }

  /** `openBackend` comes first. @throws PoisonError where the files are no detector or damaged */
  static async load(files: ModelFiles): Promise<Detector> {
    const card = readDetectorCard(files);
    const model = await modelFromFiles(files);
    const verifier = card.verifier ? await Verifier.load(files, card.classes) : null;
    return new Detector(card, model, await inferenceOf(model), verifier);
  }

  /**
   * All crops in one batch; where the detector has a verifier, it rescores the boxes.
   *
   * @param crops letterboxed to `card.side` x `card.side` px
   * @param minScore boxes below are dropped, 0..1
   * @returns of each crop its boxes in px of the crop, best first
   * @throws FatalError where a crop has another size
   */
  async detect(crops: readonly Raster[], minScore = defaultMinScore): Promise<readonly Detection[][]> {
    const found = await detections(this.#inference.run, this.reading, crops, minScore);
    return this.#verifier ? this.#verifier.rescore(crops, found, minScore) : found;
  }

  dispose(): void {
    this.#inference.dispose();
    this.#verifier?.dispose();
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
    const options = { outputs, minScore, side, positions: positionsOf(side, strides) };
    return crops.map((_, i) => [...decodeDetections(raw.subarray(i * each, (i + 1) * each), options)]);
  } finally {
    output.dispose();
  }
}

/**
 * A detector's second stage: each box found is cut out and given to a MobileNetV2 with ImageNet weights, which scores
 * each class. A small detector finds every animal but takes a fox for a deer; ImageNet has foxes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type Box, clip } from '../../vision/box.ts';
import { type Raster, resizeRegion } from '../../vision/image.ts';
import { tensorOf } from '../batch.ts';
import { type ModelFiles, modelFromFiles } from '../files.ts';
import { type Inference, inferenceOf } from '../frozen/inference.ts';
import { type Detection, sigmoid } from './decode.ts';
import '../network/conv-layer.ts';

/** Of the square that the verifier sees, px: 224 is no better and takes twice the time. */
export const verifierSide = 160;

/** Around the box, on each side, as a share of its longer side. */
const margin = 0.15;

/** Crops per run of the network: more is no faster and takes memory. */
const cropsAtOnce = 16;

/** Holds a network on the backend: dispose it. */
export class Verifier {
  readonly #inference: Inference;
  readonly #classes: readonly string[];
  readonly #disposeModel: () => void;

  private constructor(inference: Inference, classes: readonly string[], disposeModel: () => void) {
    this.#inference = inference;
    this.#classes = classes;
    this.#disposeModel = disposeModel;
  }

  /**
   * @param classes in the order of its outputs
   * @throws PoisonError where the files lack it or are damaged
   */
  static async load(files: ModelFiles, classes: readonly string[]): Promise<Verifier> {
    const model = await modelFromFiles(files, 'verifier');
    return new Verifier(await inferenceOf(model), classes, () => model.dispose());
  }

  /**
   * The detector's scores times the root of the verifier's.
   *
   * @param pictures that the detector was shown
   * @param found in each of them
   * @param minScore boxes that have less afterwards are dropped
   * @returns of each picture what is left, best first
   */
  async rescore(
    pictures: readonly Raster[],
    found: readonly (readonly Detection[])[],
    minScore: number,
  ): Promise<Detection[][]> {
    const candidates = found.flatMap((detections, i) =>
      detections.map((detection) => ({ picture: pictures[i]!, detection })),
    );
    const logits = await runOnBoxes(
      this.#inference,
      candidates.map(({ picture, detection: { box } }) => ({ picture, box })),
    );
    const likelihoods = candidates.map(({ detection }, i) =>
      sigmoid(logits[i]![this.#classes.indexOf(detection.label)]!),
    );
    let next = 0;
    return found.map((detections) =>
      detections
        .map((detection) => ({ ...detection, score: detection.score * Math.sqrt(likelihoods[next++]!) }))
        .filter(({ score }) => score >= minScore)
        .sort((a, b) => b.score - a.score),
    );
  }

  dispose(): void {
    this.#inference.dispose();
    this.#disposeModel();
  }
}

/** What the network, or its body, makes of the crop of each box. */
export async function runOnBoxes(
  inference: Inference,
  boxes: readonly { readonly picture: Raster; readonly box: Box }[],
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < boxes.length; first += cropsAtOnce) {
    const batch = boxes.slice(first, first + cropsAtOnce);
    const crops = await Promise.all(batch.map(({ picture, box }) => cropOf(picture, box)));
    const output = tf.tidy(() => inference.run(tensorOf(crops, verifierSide)));
    const values = await output.data<'float32'>();
    output.dispose();
    const width = values.length / batch.length;
    rows.push(...batch.map((_, i) => values.slice(i * width, (i + 1) * width)));
  }
  return rows;
}

/** What the verifier is shown of a box: a square around it with a margin, as far as the picture goes. */
export function cropOf(picture: Raster, [x, y, w, h]: Box): Promise<Raster> {
  const side = Math.max(w, h) * (1 + 2 * margin);
  const square: Box = [x + w / 2 - side / 2, y + h / 2 - side / 2, side, side];
  const [left, top, width, height] = clip(square, picture) ?? [0, 0, picture.width, picture.height];
  const [fromX, fromY] = [Math.floor(left), Math.floor(top)];
  const region: Box = [
    fromX,
    fromY,
    Math.max(1, Math.min(picture.width, Math.ceil(left + width)) - fromX),
    Math.max(1, Math.min(picture.height, Math.ceil(top + height)) - fromY),
  ];
  return resizeRegion(picture, region, verifierSide, verifierSide);
}

/** A stored classifier, loaded: pictures in, a probability of each class out. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Raster, resizeRegion } from '../../vision/image.ts';
import { tensorOf } from '../batch.ts';
import { type ModelFiles, modelFromFiles } from '../files.ts';
import { forward } from '../network/forward.ts';
import { type ClassifierCard, readClassifierCard } from './card.ts';
import '../network/conv-layer.ts';

/** A class and how probable it is. */
export interface Prediction {
  readonly label: string;
  /** 0..1; those of all classes add up to 1. */
  readonly probability: number;
}

/** Pictures per run of the network: more is no faster and takes memory. */
export const classifierBatch = 16;

/** Holds a network on the backend: dispose it. */
export class Classifier {
  readonly card: ClassifierCard;
  /** For explanations: input RGB 0..255, output logits; layer names are `network.ts`'. */
  readonly model: LayersModel;

  private constructor(card: ClassifierCard, model: LayersModel) {
    this.card = card;
    this.model = model;
  }

  /** `openBackend` comes first. @throws PoisonError where the files are no classifier or damaged */
  static async load(files: ModelFiles): Promise<Classifier> {
    const card = readClassifierCard(files);
    return new Classifier(card, await modelFromFiles(files));
  }

  /** @returns of each picture its classes, most probable first */
  async predict(pictures: readonly Raster[]): Promise<Prediction[][]> {
    const { classes, side } = this.card;
    const rows = await probabilitiesOf(this.model, side, pictures);
    return rows.map((row) =>
      classes
        .map((label, i) => ({ label, probability: row[i]! }))
        .sort((a, b) => b.probability - a.probability),
    );
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** As the network is shown it: stretched to its square, so that nothing at the edges is lost. */
export function stretchToInput({ width, height, ...raster }: Raster, side: number): Promise<Raster> {
  return resizeRegion({ width, height, ...raster }, [0, 0, width, height], side, side);
}

/**
 * {@link Classifier.predict} with a network that is not (yet) a stored classifier.
 * @returns of each picture one probability a class, in the order of the network's output
 */
export async function probabilitiesOf(
  model: LayersModel,
  side: number,
  pictures: readonly Raster[],
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += classifierBatch) {
    const batch = pictures.slice(first, first + classifierBatch);
    const inputs = await Promise.all(batch.map((picture) => stretchToInput(picture, side)));
    const output = tf.tidy(() => tf.softmax(forward(model, tensorOf(inputs, side))));
    const values = await output.data<'float32'>();
    output.dispose();
    const classes = values.length / batch.length;
    for (let i = 0; i < batch.length; i += 1) rows.push(values.slice(i * classes, (i + 1) * classes));
  }
  return rows;
}

/** Trains the part of the network that comes after the features. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import type { Random } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { FatalError } from '../../../pipeline/runtime/errors.ts';
import { Optimiser, putWeights, valuesOf, variablesOf } from '../optimiser.ts';
import { drawFeatures, type Features } from './features.ts';
import { type ClassifierPhase, classifierRateAt } from './recipe.ts';

/** What each epoch of training leaves in its history. */
export interface ClassifierEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's steps: cross-entropy, smoothed and weighted. */
  readonly loss: number;
  /** Share that was right while it was learnt, 0..1. */
  readonly accuracy: number;
}

/** What is fitted to. */
export interface ClassifierFitInput {
  readonly features: Features;
  /** Of each picture, place in the classes. */
  readonly labels: readonly number[];
  /** Of each picture, how far its label is trusted, 0..1; 1 where not given. */
  readonly trust?: readonly number[];
  readonly classes: number;
}

/** Longer gradients are shortened: none is, unless something goes wrong. */
const maxGradient = 10;

/**
 * Leaves the weights to keep in the model.
 *
 * @param part features to logits
 * @throws FatalError where the numbers run away
 */
export async function fitClassifier(
  part: LayersModel,
  { features, labels, trust, classes }: ClassifierFitInput,
  options: ClassifierPhase,
  random: Random,
  {
    signal,
    onEpoch,
  }: { signal?: AbortSignal | undefined; onEpoch?: (row: ClassifierEpoch) => void | Promise<void> },
): Promise<void> {
  const { epochs, batch, averaging, weightDecay, smoothing, balanced } = options;
  const weights = balanced ? balancedWeights(labels, classes) : new Array<number>(classes).fill(1);
  const optimiser = new Optimiser(part, { weightDecay, maxGradient, averaging, startShare: 0 });
  const variables = variablesOf(part);
  const perEpoch = Math.ceil(labels.length / batch);
  for (let epoch = 1, step = 0; epoch <= epochs; epoch += 1) {
    const order = random.shuffle(labels.map((_, i) => i));
    let [loss, correct] = [0, 0];
    for (let first = 0; first < order.length; first += batch, step += 1) {
      await setImmediate();
      signal?.throwIfAborted();
      const drawn = order.slice(first, first + batch);
      const truth = drawn.map((picture) => labels[picture]!);
      tf.tidy(() => {
        const input = drawFeatures(features, drawn, random);
        const rows = drawn.map((picture, i) => weights[truth[i]!]! * (trust?.[picture] ?? 1));
        const targets = smoothed(truth, classes, smoothing, rows);
        let logits: tf.Tensor | undefined;
        const { value, grads } = tf.variableGrads(() => {
          logits = tf.keep(forward(part, input));
          return tf.div(tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)))), drawn.length).asScalar();
        }, variables);
        loss += value.dataSync()[0]! / perEpoch;
        const best = tf.argMax(logits!, -1).dataSync(); // set by the function above
        logits!.dispose();
        correct += truth.filter((label, i) => label === best[i]).length;
        const length = optimiser.step(valuesOf(grads), classifierRateAt(options, step, perEpoch * epochs));
        if (!Number.isFinite(length)) {
          const facts = { found: `a gradient of ${length} in epoch ${epoch}`, expected: 'a lower rate' };
          throw new FatalError('the training diverged', facts);
        }
      });
    }
    await onEpoch?.({ epoch, epochs, loss, accuracy: correct / labels.length });
  }
  putWeights(part, optimiser.averagedWeights());
}

/** Targets `[batch, classes]`, each row times its weight. */
function smoothed(
  truth: readonly number[],
  classes: number,
  smoothing: number,
  weights: readonly number[],
): tf.Tensor2D {
  const values = new Float32Array(truth.length * classes);
  truth.forEach((label, i) => {
    const weight = weights[i]!;
    values.fill((weight * smoothing) / classes, i * classes, (i + 1) * classes);
    values[i * classes + label]! += weight * (1 - smoothing);
  });
  return tf.tensor2d(values, [truth.length, classes]);
}

/** `pictures / (classes × pictures of the class)`: their mean over the pictures is 1. */
export function balancedWeights(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)));
}

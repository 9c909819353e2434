/** Loss and gradient of some views, as sums, so that those of several shares of a batch add up. */
import * as tf from '@tensorflow/tfjs-core';
import { positionsOf } from '../../../pipeline/domain/models/detector/decode.ts';
import type { NetworkReading } from '../../../pipeline/domain/models/detector/detector.ts';
import { forward } from '../../../pipeline/domain/models/network/forward.ts';
import { valuesOf, variablesOf } from '../optimiser.ts';
import type { SplitModel } from '../split-model.ts';
import { detectionLoss, type Loss, type LossParts } from './loss.ts';
import type { DetectorView } from './views.ts';

/** Sums over the views' assigned positions. */
export interface Gradients {
  readonly loss: LossParts;
  /** Of the assigned positions, added up. */
  readonly weight: number;
  /** d loss / d weight, of the trained weights in their model's order. */
  readonly gradients: readonly Float32Array[];
}

/** @param views shown as `[views, side, side, 3]`, RGB 0..255 */
export function gradientsOf(
  { frozen, trained }: SplitModel,
  views: readonly DetectorView[],
  { side, strides, outputs }: NetworkReading,
): Gradients {
  const positions = positionsOf(side, strides);
  const targets = views.map((view) => view.targets);
  let result: Gradients | undefined;
  // Not as tidy's own result, which it searches for tensors number by number.
  tf.tidy(() => {
    const pictures = batchOf(views, side);
    const input = frozen ? frozen.apply(pictures) : pictures;
    let loss: Loss | undefined;
    const variables = trainable(trained);
    const { grads } = tf.variableGrads(() => {
      const output = forward(trained, input as tf.Tensor | tf.Tensor[]); // values in, values out
      loss = detectionLoss(output.dataSync<'float32'>(), positions, targets, outputs.length);
      // Its slope with respect to the output is the loss' own, so the backend carries that back.
      return tf.sum(tf.mul(output, tf.tensor(loss.gradient, output.shape))) as tf.Scalar; // a sum over all axes
    }, variables);
    const { gradient: _, weight, ...parts } = loss!; // variableGrads has called it
    const byName = valuesOf(grads);
    result = { loss: parts, weight, gradients: variables.map(({ name }) => byName.get(name)!) };
  });
  return result!; // tidy has called it
}

/** The variables of a model that are trained, in its order. */
export function trainable(model: SplitModel['trained']): tf.Variable[] {
  return variablesOf(model).filter((variable) => variable.trainable);
}

/** Of all shares: means over their positions. Shares are added in the order given, so that the sums are the same to the bit. */
export function combineGradients(shares: readonly Gradients[]): Gradients {
  const weight = shares.reduce((sum, share) => sum + share.weight, 0);
  const norm = 1 / Math.max(1, weight);
  const meanOf = (part: keyof LossParts) => norm * shares.reduce((sum, { loss }) => sum + loss[part], 0);
  const gradients = shares[0]!.gradients.map((first, i) => {
    const sum = first.slice();
    for (const share of shares.slice(1)) {
      const more = share.gradients[i]!;
      for (let j = 0; j < sum.length; j += 1) sum[j] = sum[j]! + more[j]!;
    }
    return sum.map((value) => value * norm);
  });
  const loss = {
    total: meanOf('total'),
    box: meanOf('box'),
    objectness: meanOf('objectness'),
    class: meanOf('class'),
  };
  return { loss, weight, gradients };
}

/** `[views, side, side, 3]` */
function batchOf(views: readonly DetectorView[], side: number): tf.Tensor4D {
  const size = side * side * 3;
  const values = new Float32Array(views.length * size);
  for (const [i, { pixels }] of views.entries()) values.set(pixels, i * size);
  return tf.tensor4d(values, [views.length, side, side, 3]);
}

/** MobileNetV2 with the weights of a Keras model of the same kind; its batch norms are folded into the convolutions. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../errors.ts';
import { SameConv } from './conv.ts';
import { type KerasWeight, type KerasWeights, readKerasWeights } from './keras-weights.ts';
import { buildMobileNetV2, channelsOf, type MobileNetV2Shape } from './mobilenet-v2.ts';

/** Those of keras.applications. */
const alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4];

/** Of every batch norm in keras.applications' MobileNetV2. */
const epsilon = 1e-3;

/**
 * The dense layer keeps its random start: the file's, if it has one, is of other classes.
 *
 * @param path as {@link readKerasWeights} takes it
 * @throws PoisonError naming the first layer that is not as expected
 */
export async function pretrainedMobileNetV2(
  path: string,
  shape: Omit<MobileNetV2Shape, 'alpha'>,
): Promise<{ model: LayersModel; alpha: number }> {
  const weights = await readKerasWeights(path);
  const alpha = alphaOf(path, weights);
  const model = buildMobileNetV2({ ...shape, alpha });
  try {
    for (const layer of model.layers) if (layer instanceof SameConv) setWeights(layer, weights, path);
    return { model, alpha };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** By the channels of the last block, which differ for every alpha. */
function alphaOf(path: string, weights: KerasWeights): number {
  const channels = weights.get('block_16_project/kernel')?.shape[3];
  const alpha = alphas.find((one) => channelsOf(320 * one) === channels);
  if (alpha !== undefined) return alpha;
  throw new PoisonError(`${path} are no weights of MobileNetV2`, {
    found: channels === undefined ? 'no layer block_16_project' : `${channels} channels after the last block`,
    expected: `${alphas.map((one) => channelsOf(320 * one)).join(', ')} channels after block_16_project`,
  });
}

function setWeights(layer: SameConv, weights: KerasWeights, path: string): void {
  const { name, options } = layer;
  const shape = layer.getWeights()[0]!.shape; // a SameConv's kernel
  const channels = options.depthwise ? shape[2]! : shape[3]!;
  const at = (weight: string, expected: readonly number[]) => wanted(weights, weight, expected, path);
  const kernel = at(`${name}/${options.depthwise ? 'depthwise_kernel' : 'kernel'}`, shape);
  const norm = batchNormOf(name);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) =>
    at(`${norm}/${part}`, [channels]),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array]; // four in, four out
  const factor = gamma.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
  // Both kinds of kernel have the channel that is normalised last, depthwise ones but for a 1.
  const folded = kernel.map((value, i) => value * factor[i % channels]!);
  const bias = beta.map((value, i) => value - mean[i]! * factor[i]!);
  tf.tidy(() => layer.setWeights([tf.tensor(folded, shape), tf.tensor1d(bias)]));
}

function batchNormOf(layer: string): string {
  if (layer === 'Conv1') return 'bn_Conv1';
  return layer === 'Conv_1' ? 'Conv_1_bn' : `${layer}_BN`;
}

function wanted(
  weights: KerasWeights,
  name: string,
  expected: readonly number[],
  path: string,
): Float32Array {
  const found: KerasWeight | undefined = weights.get(name);
  if (found && found.shape.join() === expected.join()) return found.values;
  throw new PoisonError(`${name} of ${path} does not fit`, {
    found: found ? `[${found.shape.join(', ')}]` : 'none',
    expected: `[${expected.join(', ')}]`,
  });
}

/** Weights of a Keras MobileNetV2 for the body here; its batch norms are folded into the convolutions. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../../runtime/errors.ts';
import { ConvLayer } from '../network/conv-layer.ts';
import { channelsOf } from './body.ts';
import { type KerasWeight, type KerasWeights, readKerasWeights } from './keras-weights.ts';

/** Those of keras.applications. */
const alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4];

/** Of every batch norm in keras.applications' MobileNetV2. */
const epsilon = 1e-3;

/** Weights as they were read, batch norms not yet folded. */
export interface MobileNetWeights {
  /** For errors. */
  readonly path: string;
  /** Multiplier of the channels that they are for. */
  readonly alpha: number;
  readonly weights: KerasWeights;
}

/**
 * @param path as {@link readKerasWeights} takes it
 * @throws PoisonError where they are not of a MobileNetV2
 */
export async function readMobileNetWeights(path: string): Promise<MobileNetWeights> {
  const weights = await readKerasWeights(path);
  return { path, alpha: alphaOf(path, weights), weights };
}

/**
 * Sets the weights of all layers of the body.
 *
 * @param prefix of the layers' names in the model
 * @throws PoisonError naming the first layer that is not as expected
 */
export function setBody(model: LayersModel, weights: MobileNetWeights, prefix = ''): void {
  for (const layer of model.layers) {
    if (!(layer instanceof ConvLayer && layer.name.startsWith(prefix))) continue;
    setWeights(layer, layer.name.slice(prefix.length), weights);
  }
}

/** By the channels of the last block, which differ for every alpha. */
function alphaOf(path: string, weights: KerasWeights): number {
  const channels = weights.get('block_16_project/kernel')?.shape[3];
  const alpha = alphas.find((known) => channelsOf(320 * known) === channels);
  if (alpha !== undefined) return alpha;
  throw new PoisonError(`${path} are no weights of MobileNetV2`, {
    found: channels === undefined ? 'no layer block_16_project' : `${channels} channels after the last block`,
    expected: `${alphas.map((known) => channelsOf(320 * known)).join(', ')} channels after block_16_project`,
  });
}

function setWeights(layer: ConvLayer, name: string, { weights, path }: MobileNetWeights): void {
  const { options } = layer;
  const shape = layer.getWeights()[0]!.shape; // a ConvLayer's kernel
  const channels = options.depthwise ? shape[2]! : shape[3]!;
  const at = (weight: string, expected: readonly number[]) => kernelValues(weights, weight, expected, path);
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

function kernelValues(
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

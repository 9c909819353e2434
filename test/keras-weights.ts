/** Weights of MobileNetV2 as Keras would publish them, but random: for tests that need no eye for pictures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { buildMobileNetV2 } from '../pipeline/domain/models/classifier/mobilenet-v2.ts';
import { ConvLayer } from '../pipeline/domain/models/network/conv-layer.ts';
import { seededRandom } from '../pipeline/domain/statistics/seeded-random.ts';

/**
 * A tfjs layers file of keras.applications' names, alpha 0.35, with batch norms that do something. `openBackend`
 * comes first.
 * @returns path of its `model.json`
 */
export async function writeKerasWeights(folder: string): Promise<string> {
  const model = buildMobileNetV2({ alpha: 0.35, side: 32, classes: 2, seed: 7 });
  const random = seededRandom(3);
  const tensors: Record<string, tf.Tensor> = {};
  for (const layer of model.layers) {
    if (!(layer instanceof ConvLayer)) continue;
    const { name, options } = layer;
    const kernel = layer.getWeights()[0]!;
    const channels = layer.getWeights()[1]!.shape[0]!;
    const norm = name === 'Conv1' ? 'bn_Conv1' : name === 'Conv_1' ? 'Conv_1_bn' : `${name}_BN`;
    const some = (low: number, high: number) =>
      tf.tensor1d(Array.from({ length: channels }, () => random.between(low, high)));
    tensors[`${name}/${options.depthwise ? 'depthwise_kernel' : 'kernel'}`] = kernel;
    tensors[`${norm}/gamma`] = some(0.5, 1.5);
    tensors[`${norm}/beta`] = some(-0.2, 0.5);
    tensors[`${norm}/moving_mean`] = some(-0.2, 0.2);
    tensors[`${norm}/moving_variance`] = some(0.3, 1);
  }
  const { data, specs } = await tf.io.encodeWeights(tensors);
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(data));
  const weightsManifest = [{ paths: ['weights.bin'], weights: specs }];
  const path = join(folder, 'model.json');
  await writeFile(path, JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest }));
  model.dispose();
  return path;
}

/** Reads the weights of a Keras model by layer, from the two formats that they are published in. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { PoisonError, reasonOf } from '../../../runtime/errors.ts';

/** One tensor, row-major. */
export interface KerasWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** By `layer/weight`, e.g. `bn_Conv1/gamma`. */
export type KerasWeights = ReadonlyMap<string, KerasWeight>;

/**
 * @param path of a Keras `.h5`, or of the `model.json` of a tfjs layers model with its binaries beside it (or the
 *   folder that has it)
 * @throws PoisonError where it is neither, or damaged
 */
export async function readKerasWeights(path: string): Promise<KerasWeights> {
  const expected = 'a Keras .h5, or model.json of a tfjs layers model';
  try {
    const isFolder = (await stat(path)).isDirectory();
    if (isFolder) return await readTfjs(join(path, 'model.json'));
    return path.endsWith('.json') ? await readTfjs(path) : await readH5(path);
  } catch (error) {
    if (error instanceof PoisonError) throw error;
    const facts = { found: reasonOf(error), expected, cause: error };
    throw new PoisonError(`weights ${path} can't be read`, facts);
  }
}

async function readTfjs(path: string): Promise<KerasWeights> {
  const json: tf.io.ModelJSON = JSON.parse(await readFile(path, 'utf8'));
  const found = new Map<string, KerasWeight>();
  for (const { paths, weights } of json.weightsManifest) {
    const parts = await Promise.all(paths.map((name) => readFile(join(dirname(path), name))));
    const joined = new Uint8Array(Buffer.concat(parts)).buffer;
    const tensors = tf.io.decodeWeights(joined, weights);
    for (const [name, tensor] of Object.entries(tensors)) {
      found.set(plainName(name), { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) });
      tensor.dispose();
    }
  }
  return found;
}

async function readH5(path: string): Promise<KerasWeights> {
  // Loaded only here: HDF5 in wasm is 3 MB that nothing else needs.
  const { default: h5 } = await import('h5wasm/node');
  await h5.ready;
  const file = new h5.File(path, 'r');
  try {
    const found = new Map<string, KerasWeight>();
    const walk = (group: InstanceType<typeof h5.Group>, within: string) => {
      for (const name of group.keys()) {
        const entity = group.get(name);
        if (entity instanceof h5.Group) walk(entity, `${within}${name}/`);
        else if (entity instanceof h5.Dataset && entity.value instanceof Float32Array) {
          found.set(plainName(`${within}${name}`), { shape: entity.shape ?? [], values: entity.value });
        }
      }
    };
    walk(file, '');
    if (found.size > 0) return found;
    throw new PoisonError(`${path} has no weights`, { expected: 'float32 data sets' });
  } finally {
    file.close();
  }
}

/** Keras' own files say the layer twice and number the tensor: `bn_Conv1/bn_Conv1/gamma:0`. */
function plainName(name: string): string {
  return name.replace(/:0$/, '').split('/').slice(-2).join('/');
}

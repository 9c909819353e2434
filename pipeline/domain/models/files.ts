/** A stored model is a few files by name. On disk they are a folder, on the bus an object each. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import { addToFolder } from '../../runtime/replace.ts';

/**
 * `model.json`, `weights.bin` and `card.json`; of a detector with a verifier, `verifier.json` and `verifier.bin`; of a
 * model that was trained, `training.json`.
 */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** The networks that a stored model may have. */
const parts = {
  network: { topology: 'model.json', weights: 'weights.bin' },
  verifier: { topology: 'verifier.json', weights: 'verifier.bin' },
} as const;
type ModelPart = keyof typeof parts;

/** What the model is; see `card-file.ts`. */
export const cardFile = 'card.json';
/** How its training went, in numbers; nothing that the model needs. */
export const trainingFile = 'training.json';
const expectedFiles: readonly string[] = [...filesOf('network'), cardFile];

function filesOf(part: ModelPart): readonly string[] {
  return Object.values(parts[part]);
}

/** @throws PoisonError where the folder or one of its files is missing */
export async function readModelFolder(dir: string): Promise<ModelFiles> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    throw new PoisonError(`model ${dir} can't be read`, {
      found: reasonOf(error),
      expected: `a folder with ${expectedFiles.join(', ')}`,
      cause: error,
    });
  }
  const missing = expectedFiles.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new PoisonError(`${dir} is no model`, {
      found: `no ${missing.join(', no ')}`,
      expected: expectedFiles.join(', '),
    });
  }
  const wanted = [...expectedFiles, ...filesOf('verifier').filter((name) => names.includes(name))];
  const files = wanted.map(async (name): Promise<[string, Uint8Array]> => {
    return [name, new Uint8Array(await readFile(join(dir, name)))];
  });
  return new Map(await Promise.all(files));
}

/** Makes the folder. All files are replaced or none; the card comes last: a folder with a card is complete. */
export async function writeModelFolder(dir: string, files: ModelFiles): Promise<void> {
  const write = async (folder: string) => {
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
  };
  await addToFolder(dir, write, cardFile);
}

/** Topology and weights as files; the caller adds the card. */
export async function filesOfModel(
  model: LayersModel,
  part: ModelPart = 'network',
): Promise<Map<string, Uint8Array>> {
  const names = parts[part];
  const files = new Map<string, Uint8Array>();
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    const { modelTopology, weightSpecs = [], weightData } = artifacts;
    if (modelTopology === undefined || weightData === undefined)
      throw new Error('tfjs gave no model to save');
    const weightsManifest = [{ paths: [names.weights], weights: weightSpecs }];
    const json = { format: 'layers-model', modelTopology, weightsManifest };
    files.set(names.topology, new TextEncoder().encode(JSON.stringify(json)));
    files.set(names.weights, new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  await model.save(handler);
  return files;
}

/**
 * Any custom layer of the model must have been imported (`ConvLayer` for our detectors).
 *
 * @throws PoisonError where a file is missing or damaged
 */
export async function modelFromFiles(files: ModelFiles, part: ModelPart = 'network'): Promise<LayersModel> {
  const names = parts[part];
  const topology = files.get(names.topology);
  const weights = files.get(names.weights);
  if (!topology || !weights) {
    throw new PoisonError('the model is not complete', {
      found: [...files.keys()].join(', ') || 'no files',
      expected: [...filesOf(part), cardFile].join(', '),
    });
  }
  try {
    const json: tf.io.ModelJSON = JSON.parse(new TextDecoder().decode(topology));
    const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
    const expected = weightSpecs.reduce((sum, { shape }) => sum + 4 * tf.util.sizeFromShape(shape), 0);
    if (weights.byteLength !== expected) {
      throw new PoisonError(`${names.weights} is cut off or of another model`, {
        found: `${weights.byteLength} bytes`,
        expected: `${expected}`,
      });
    }
    const artifacts = {
      modelTopology: json.modelTopology,
      weightSpecs,
      weightData: new Uint8Array(weights).buffer,
    };
    return await loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (error) {
    if (error instanceof PoisonError) throw error;
    throw new PoisonError('the model is damaged', { found: reasonOf(error), cause: error });
  }
}

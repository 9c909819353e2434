/** Pretrained weights: never in the project, found where their user keeps them. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Weights that a detector can start from, by the name of their file. */
export const weightFiles = { 'yolox-nano': 'yolox_nano.onnx' } as const;
export type WeightsName = keyof typeof weightFiles;

/** Where weights are looked for, in this order; a checkout that has a `shared` folder beside it uses that. */
export function weightFolders(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const project = resolve(import.meta.dirname, '../..');
  return [
    ...(env.SHIKA_WEIGHTS ? [resolve(env.SHIKA_WEIGHTS)] : []),
    resolve('weights'),
    join(envPaths('shika', { suffix: '' }).cache, 'weights'),
    resolve(project, '../shared/data/weights'),
  ];
}

/** Path of the weights; undefined where they are in none of the folders. */
export function findWeights(name: WeightsName): string | undefined {
  return weightFolders()
    .map((folder) => join(folder, weightFiles[name]))
    .find((path) => existsSync(path));
}

export function isWeightsName(name: string): name is WeightsName {
  return Object.hasOwn(weightFiles, name);
}

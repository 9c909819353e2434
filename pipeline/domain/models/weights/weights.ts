/** Pretrained weights: found in the user's folders, or downloaded when asked for. Only `shika-tiny` is in the project. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';

/** Whose numbers they are, and how the file lays them out. */
export type WeightsFormat = 'yolox-onnx' | 'mobilenet-v2' | 'shika-tiny';

/** A file of published weights. */
export interface WeightsFile {
  readonly format: WeightsFormat;
  /** Its name in a weights folder. */
  readonly file: string;
  /** Public address; null where the user must have the file. */
  readonly url: string | null;
  /** SHA-256 of the file that was tried, hex. */
  readonly sha256: string;
  readonly what: string;
}

/** The published weights that a training may start from, by name. */
export const weights = {
  'yolox-nano': {
    format: 'yolox-onnx',
    file: 'yolox_nano.onnx',
    url: 'https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx',
    sha256: 'e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd',
    what: 'detector, COCO (Apache-2.0)',
  },
  'mobilenet-v2': {
    format: 'mobilenet-v2',
    file: 'mobilenet_v2_1.0_224_no_top.h5',
    url: null,
    sha256: '46837b77e725b1000c4a999279381c8f51b150718d99044e770508b36b5b6b18',
    what: 'classifier, ImageNet, as keras.applications lays it out (Apache-2.0)',
  },
  'shika-tiny': {
    format: 'shika-tiny',
    file: 'shika-tiny.bin',
    url: null,
    sha256: '085912b1dc81ac3836ba77f20d1c9fd07b42febf5d8dcd11e8a01b8e48e6a8d3',
    what: 'detector, deer that Shika renders (Apache-2.0)',
  },
} as const satisfies Readonly<Record<string, WeightsFile>>;
export type WeightsName = keyof typeof weights;

const LONGEST_MS = 120_000;

/** Where weights are looked for, in this order; a checkout that has a `shared` folder beside it uses that. */
export function weightFolders(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const project = resolve(import.meta.dirname, '../../../..');
  return [
    ...(env.SHIKA_WEIGHTS ? [resolve(env.SHIKA_WEIGHTS)] : []),
    resolve('weights'),
    cacheFolder(),
    resolve(project, '../shared/data/weights'),
    import.meta.dirname,
  ];
}

/** Of these, where a person may put weights. */
export function ownWeightFolders(): string[] {
  return weightFolders().slice(0, -2);
}

/** Path of the weights; undefined where they are in none of the folders. */
export function findWeights(name: WeightsName): string | undefined {
  return weightFolders()
    .map((folder) => join(folder, weights[name].file))
    .find((path) => existsSync(path));
}

/** @throws PoisonError where there are no such weights, or they are in none of the folders */
export function locateWeights(name: string): { path: string; format: WeightsFormat } {
  if (isWeightsName(name)) {
    const path = findWeights(name);
    if (path) return { path, format: weights[name].format };
  }
  throw new PoisonError(`no weights ${name}`, {
    expected: `their file in one of ${ownWeightFolders().join(', ')}`,
  });
}

/** Whether we know weights of this name. */
export function isWeightsName(name: string): name is WeightsName {
  return Object.hasOwn(weights, name);
}

/**
 * Puts weights into the user's cache folder, from a file or else from their public address.
 * @param longestMs that a download may take
 * @returns their path
 * @throws PoisonError where the file is another one; UsageError where it can't be downloaded
 */
export async function getWeights(name: WeightsName, from?: string, longestMs = LONGEST_MS): Promise<string> {
  const { file, url, sha256 }: WeightsFile = weights[name];
  const target = join(cacheFolder(), file);
  const bytes = from === undefined ? await download(name, url, longestMs) : await readFile(from);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new PoisonError(`${from ?? url} is not ${name}`, { found: `SHA-256 ${found}`, expected: sha256 });
  }
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(`${target}.part`, bytes);
  await rename(`${target}.part`, target);
  return target;
}

async function download(name: string, url: string | null, longestMs: number): Promise<Uint8Array> {
  const otherwise = {
    expected: `the file from elsewhere: \`shika weights get ${name} --from FILE\``,
  };
  if (url === null) throw new UsageError(`${name} has no public address`, otherwise);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(longestMs) });
    if (!response.ok) throw new Error(`the server says ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new UsageError(`${name} cannot be fetched from ${url}: ${reasonOf(cause)}`, {
      ...otherwise,
      cause,
    });
  }
}

function cacheFolder(): string {
  return join(envPaths('shika', { suffix: '' }).cache, 'weights');
}

/** Pretrained weights: found in the user's folders, or downloaded when asked for. Only `shika-tiny` is in the project. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';
import { replaceFile } from '../../../runtime/replace.ts';

/** Whose numbers they are, and how the files lay them out. */
export type WeightsFormat = StartFormat | 'nanotrack-onnx';

/** Formats that a training may start from. */
export type StartFormat = 'yolox-onnx' | 'mobilenet-v2' | 'shika-tiny';

/** A file of published weights. */
export interface WeightsFile {
  /** Its name in a weights folder. */
  readonly file: string;
  /** Public address; null where the user must have the file. */
  readonly url: string | null;
  /** SHA-256 of the file that was tried, hex. */
  readonly sha256: string;
}

/** Published weights. */
export interface PublishedWeights {
  readonly format: WeightsFormat;
  readonly what: string;
  /** They belong together, in this order. */
  readonly files: readonly [WeightsFile, ...WeightsFile[]];
}

const SIAM_TRACKERS =
  'https://raw.githubusercontent.com/HonglinChu/SiamTrackers/248663fde6bf7c40190cf10ee396d5662919ecd3';

/** The published weights that we use, by name. */
export const weights = {
  'yolox-nano': {
    format: 'yolox-onnx',
    what: 'detector, COCO (Apache-2.0)',
    files: [
      {
        file: 'yolox_nano.onnx',
        url: 'https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx',
        sha256: 'e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd',
      },
    ],
  },
  'mobilenet-v2': {
    format: 'mobilenet-v2',
    what: 'classifier, ImageNet, as keras.applications lays it out (Apache-2.0)',
    files: [
      {
        file: 'mobilenet_v2_1.0_224_no_top.h5',
        url: null,
        sha256: '46837b77e725b1000c4a999279381c8f51b150718d99044e770508b36b5b6b18',
      },
    ],
  },
  'shika-tiny': {
    format: 'shika-tiny',
    what: 'detector, deer that Shika renders (Apache-2.0)',
    files: [
      {
        file: 'shika-tiny.bin',
        url: null,
        sha256: '085912b1dc81ac3836ba77f20d1c9fd07b42febf5d8dcd11e8a01b8e48e6a8d3',
      },
    ],
  },
  nanotrack: {
    format: 'nanotrack-onnx',
    what: 'template follower, NanoTrack V3 (Apache-2.0)',
    files: [
      {
        file: 'nanotrack_v3_backbone.onnx',
        url: `${SIAM_TRACKERS}/NanoTrack/models/nanotrackv3/nanotrack_backbone.onnx`,
        sha256: '50be1320abf9384fd3479ea829f95e244cf3f3838190c5ab60c750fb8c1ce828',
      },
      {
        file: 'nanotrack_v3_head.onnx',
        url: `${SIAM_TRACKERS}/NanoTrack/models/nanotrackv3/nanotrack_head.onnx`,
        sha256: '75357903be3f4817c965af16cb5a11fd32b1467f597a408405a98635ac63f61d',
      },
    ],
  },
} as const satisfies Readonly<Record<string, PublishedWeights>>;
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

/** Paths of all files of the weights, in their order; undefined where no folder has all. */
export function findWeightFiles(name: WeightsName): string[] | undefined {
  const { files }: PublishedWeights = weights[name];
  return weightFolders()
    .map((folder) => files.map(({ file }) => join(folder, file)))
    .find((paths) => paths.every((path) => existsSync(path)));
}

/** Path of the weights, of their first file where there are several; undefined where they are in none of the folders. */
export function findWeights(name: WeightsName): string | undefined {
  return findWeightFiles(name)?.[0];
}

/**
 * Weights that a training starts from.
 * @throws PoisonError where there are no such weights, or they are in none of the folders
 */
export function locateWeights(name: string): { path: string; format: StartFormat } {
  if (isWeightsName(name)) {
    const path = findWeights(name);
    const { format } = weights[name];
    if (path && format !== 'nanotrack-onnx') return { path, format };
  }
  throw new PoisonError(`no weights ${name} to start from`, {
    expected: `one of ${startNames.join(', ')}, in one of ${ownWeightFolders().join(', ')}`,
  });
}

/** Names of weights that a training may start from. */
export const startNames: readonly WeightsName[] = Object.keys(weights)
  .filter(isWeightsName)
  .filter((name) => weights[name].format !== 'nanotrack-onnx');

/** Whether we know weights of this name. */
export function isWeightsName(name: string): name is WeightsName {
  return Object.hasOwn(weights, name);
}

/**
 * Puts weights into the user's cache folder.
 * @param from a file, or a folder with all of them; their public address where it is not given
 * @param longestMs that the download of a file may take
 * @returns their path, of the first file where there are several
 * @throws PoisonError where a file is another one; UsageError where it can't be downloaded or read
 */
export async function getWeights(name: WeightsName, from?: string, longestMs = LONGEST_MS): Promise<string> {
  const { files }: PublishedWeights = weights[name];
  const isFolder = from !== undefined && statSync(from, { throwIfNoEntry: false })?.isDirectory();
  if (from !== undefined && !isFolder && files.length > 1) {
    throw new UsageError(`${name} has ${files.length} files`, {
      found: from,
      expected: `a folder with ${files.map(({ file }) => file).join(' and ')}`,
    });
  }
  const all = [];
  for (const { file, url, sha256 } of files) {
    const path = from !== undefined && isFolder ? join(from, file) : from;
    const bytes = path === undefined ? await download(name, url, longestMs) : await readFrom(path);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new PoisonError(`${path ?? url} is not ${name}`, { found: `SHA-256 ${found}`, expected: sha256 });
    }
    all.push({ target: join(cacheFolder(), file), bytes });
  }
  for (const { target, bytes } of all) await replaceFile(target, bytes);
  return join(cacheFolder(), files[0].file);
}

async function readFrom(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`weights ${path} can't be read`, { found: reasonOf(error), cause: error });
  }
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

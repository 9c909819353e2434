/** A user's weights files, stored on the bus: a trainer on another machine reads them as if they lay there. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { contentId } from '../../../runtime/content-id.ts';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';

const weightsKey = (id: string) => `weights.${id}`;

/** One plain name: nothing that leads out of a folder. */
const plain = /^[^./\\][^/\\]*$/;

/** Weights on the bus: their id, and what their file was called. */
export interface StoredWeights {
  readonly weights: string;
  /** Of the file, for cards. */
  readonly name: string;
}

/**
 * @param path one file, or the `model.json` of a tfjs layers model with its binaries beside it, or its folder
 * @throws UsageError where it can't be read
 */
export async function storeWeights(bus: Bus, path: string): Promise<StoredWeights> {
  let files: Map<string, Uint8Array>;
  try {
    files = await filesAt(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`weights ${path} can't be read`, { found: reasonOf(error), cause: error });
  }
  const weights = contentId(...[...files].flat());
  if ((await bus.objects.list('datasets', `${weightsKey(weights)}/`)).length < files.size) {
    await bus.objects.putFolder('datasets', weightsKey(weights), files);
  }
  return { weights, name: basename(path) };
}

/**
 * @param dir where they are written
 * @returns the path to read, with the name of the user's file; a folder where there are several files
 * @throws PoisonError where they are not on the bus
 */
export async function fetchWeights(bus: Bus, { weights, name }: StoredWeights, dir: string): Promise<string> {
  const files = await bus.objects.getFolder('datasets', weightsKey(weights));
  if (!files)
    throw new PoisonError(`weights ${name} are not on the bus`, { found: `no ${weightsKey(weights)}` });
  const folder = join(dir, plain.test(name) ? name : 'weights');
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of files) {
    if (!plain.test(file)) throw new PoisonError(`weights ${name} have a file called ${file}`);
    await writeFile(join(folder, file), bytes);
  }
  const [only, ...others] = files.keys();
  return only !== undefined && others.length === 0 ? join(folder, only) : folder;
}

async function filesAt(path: string): Promise<Map<string, Uint8Array>> {
  const isFolder = (await stat(path)).isDirectory();
  const file = isFolder ? join(path, 'model.json') : path;
  const names = file.endsWith('.json') ? [basename(file), ...(await binariesOf(file))] : [basename(file)];
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    if (!plain.test(name)) {
      throw new UsageError(`${file} names a file that does not lie beside it`, { found: name });
    }
    // `readKerasWeights` looks for a folder's `model.json`.
    const kept = names.length > 1 && name === basename(file) ? 'model.json' : name;
    files.set(kept, new Uint8Array(await readFile(join(dirname(file), name))));
  }
  return files;
}

async function binariesOf(file: string): Promise<string[]> {
  const { weightsManifest = [] }: { weightsManifest?: { paths: string[] }[] } = JSON.parse(
    await readFile(file, 'utf8'),
  );
  return weightsManifest.flatMap(({ paths }) => paths);
}

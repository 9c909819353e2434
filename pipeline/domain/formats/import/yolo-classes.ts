/** What a YOLO dataset calls its classes, and where it has its parts: `data.yaml`, `classes.txt`, `obj.names`. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';
import { fields, items, numberIn, textIn } from '../json.ts';
import { readText } from '../text.ts';
import type { YoloClasses } from './yolo-row.ts';

/** A `data.yaml` as far as we read it. */
export interface DataYaml extends YoloClasses {
  readonly path: string;
  /** Folders, or lists of pictures, that it names: absolute. */
  readonly pictures: readonly string[];
}

/** A split's folder that is given alone has its `data.yaml` above it. */
const ABOVE = 2;

/** The `data.yaml` of a folder, or of one above. @throws UsageError where it has no class names */
export async function findDataYaml(folder: string): Promise<DataYaml | undefined> {
  for (const place of withAbove(folder)) {
    const names = (await readdir(place).catch((): string[] => []))
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort();
    const usual = names.filter((name) => /^data(set)?\.ya?ml$/i.test(name));
    for (const name of [...usual, ...(place === folder ? names : [])]) {
      const yaml = await readDataYaml(join(place, name));
      if (yaml !== undefined) return yaml;
      if (usual.includes(name)) {
        throw new UsageError(`${join(place, name)} has no class names`, {
          found: 'no list called names',
          expected: 'names: [deer, …]',
        });
      }
    }
  }
  return undefined;
}

/** undefined where it is the YAML of something else. @throws UsageError where it is no YAML */
export async function readDataYaml(path: string): Promise<DataYaml | undefined> {
  let yaml: ReturnType<typeof fields>;
  try {
    yaml = fields(parse(await readText(path)));
  } catch (error) {
    throw new UsageError(`${path} can't be read`, { found: reasonOf(error), expected: 'YAML', cause: error });
  }
  if (typeof yaml.names !== 'object' || yaml.names === null) return undefined;
  const names: (string | undefined)[] = [];
  for (const [id, name] of Object.entries(yaml.names)) names[Number(id)] = textIn(name);
  const [points, dimensions] = items(yaml.kpt_shape).map(numberIn);
  const base = resolve(dirname(path), textIn(yaml.path) ?? '.');
  const pictures = [yaml.train, yaml.val, yaml.test]
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .flatMap((value) => textIn(value) ?? [])
    // Roboflow's begin with `../`, from a folder that is not there.
    .flatMap((value) => [resolve(base, value), resolve(base, value.replace(/^(\.\.\/)+/, ''))]);
  return {
    path,
    names,
    keyPoints: points === undefined ? undefined : points * (dimensions ?? 3),
    pictures: pictures.filter((picture) => existsSync(picture)),
  };
}

/** Names by line; @param folders where their file may lie. @throws PoisonError where it lies in none */
export async function classNames(folders: readonly string[]): Promise<YoloClasses> {
  for (const file of folders.flatMap((folder) =>
    ['classes.txt', 'obj.names'].map((name) => join(folder, name)),
  )) {
    if (!existsSync(file)) continue;
    const names = (await readText(file)).split(/\r\n|\r|\n/).map((name) => name.trim());
    return { names: names.slice(0, names.findLastIndex((name) => name !== '') + 1) };
  }
  throw new PoisonError('classes', { found: 'neither data.yaml nor classes.txt', expected: 'one of them' });
}

export function withAbove(folder: string): string[] {
  const folders = [folder];
  for (let n = 0; n < ABOVE; n += 1) folders.push(dirname(folders.at(-1)!)); // never empty
  return folders;
}

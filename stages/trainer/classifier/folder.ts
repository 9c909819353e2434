/** Reads a folder that has a folder per class. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { splitNamed } from '../../../pipeline/domain/formats/dataset-entry.ts';
import { reasonOf, UsageError } from '../../../pipeline/runtime/errors.ts';
import { entryAt, isHiddenName, walkFolder } from '../../../pipeline/runtime/walk-folder.ts';
import type { ClassifierExample } from './example.ts';

/** What a folder of classes holds. */
export interface ClassFolder {
  /** Names of the folders that have files, sorted. */
  readonly classes: readonly string[];
  /** By class, then by file name. */
  readonly examples: readonly ClassifierExample[];
  /** A line each. */
  readonly problems: readonly string[];
}

/**
 * Hidden files are left out; whether the others can be read is found later (`inspect.ts`). A class's folder is searched
 * with those in it.
 *
 * @param expected the classes to find, in their order: another folder is a problem; default: those that are there
 * @throws UsageError where the folder can't be read, has fewer than two classes, or has splits in the place of classes
 */
export async function readClassFolder(dir: string, expected?: readonly string[]): Promise<ClassFolder> {
  const wanted = 'a folder with a folder of pictures for each of at least two classes';
  const problems: string[] = [];
  const found = new Map<string, string[]>();
  try {
    for (const name of (await readdir(dir)).filter((name) => !isHiddenName(name)).sort()) {
      const path = join(dir, name);
      const { kind, what } = await entryAt(path);
      if (kind !== 'folder') {
        problems.push(what === undefined ? `${name} is in no class's folder` : `${name}: ${what}`);
        continue;
      }
      const files = await filesIn(path, name, problems);
      if (files.length === 0) problems.push(`${name} is empty`);
      else if (expected && !expected.includes(name)) problems.push(`${name} is no class of the model`);
      else found.set(name, files);
    }
  } catch (error) {
    throw new UsageError(`${dir} can't be read`, { found: reasonOf(error), expected: wanted, cause: error });
  }
  const classes = expected ?? [...found.keys()];
  if (found.size < (expected ? 1 : 2)) {
    const names = [...found.keys()].join(', ') || 'none';
    throw new UsageError(`${dir} has too few classes`, { found: names, expected: wanted });
  }
  if (classes.every((name) => splitNamed([name]) !== undefined)) {
    throw new UsageError(`${dir} has splits, not classes`, {
      found: classes.join(', '),
      expected: `${join(dir, classes.find((name) => splitNamed([name]) === 'train') ?? '')}, and the other by --eval`,
    });
  }
  const examples = classes.flatMap((label, i) =>
    (found.get(label) ?? []).map((file) => {
      const path = join(dir, label, file);
      return {
        name: `${label}/${file}`,
        label: i,
        bytes: async () => new Uint8Array(await readFile(path)),
      };
    }),
  );
  return { classes, examples, problems };
}

/** Files of a class's folder, by their path in it. */
async function filesIn(folder: string, name: string, problems: string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const { kind, path, what } of walkFolder(folder)) {
    const file = relative(folder, path).split(sep).join('/');
    if (kind === 'file') files.push(file);
    if (kind === 'odd') problems.push(`${name}/${file}: ${what ?? 'no file'}`);
  }
  return files;
}

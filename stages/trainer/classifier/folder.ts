/** Reads a folder that has a folder per class. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, UsageError } from '../../../pipeline/runtime/errors.ts';
import { isHiddenName } from '../../../pipeline/runtime/walk-folder.ts';
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
 * Hidden files are left out; whether the others can be read is found later (`inspect.ts`).
 *
 * @param expected the classes to find, in their order: another folder is a problem; default: those that are there
 * @throws UsageError where the folder can't be read or has fewer than two classes
 */
export async function readClassFolder(dir: string, expected?: readonly string[]): Promise<ClassFolder> {
  const wanted = 'a folder with a folder of pictures for each of at least two classes';
  const problems: string[] = [];
  const found = new Map<string, string[]>();
  try {
    for (const name of await visible(dir)) {
      if (!(await stat(join(dir, name))).isDirectory()) {
        problems.push(`${name} is in no class's folder`);
        continue;
      }
      const files = await visible(join(dir, name));
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

async function visible(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => !isHiddenName(name)).sort();
}

/** A folder searched with all those in it, whatever else lies there. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { reasonOf } from './errors.ts';

/** What was found at a path. */
export interface FolderEntry {
  readonly path: string;
  /** `odd`: nothing that can be read as a file. */
  readonly kind: 'file' | 'folder' | 'hidden' | 'odd';
  /** What an odd one is. */
  readonly what?: string;
}

/** Names that begin with a full stop (`._x` is a Mac's, beside each file) and `__MACOSX` are nobody's data. */
export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

/** A name on one line of a terminal. */
export function printableName(name: string): string {
  // Beside what moves the cursor, what turns the direction of writing: `gpj.mp4` that shows as `4pm.jpg`.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (control) =>
    control < ' '
      ? JSON.stringify(control).slice(1, -1)
      : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Everything in a folder and in those in it, in the order of names. A folder is searched once, however many links lead
 * to it; one that can't be read is odd, and so is a link to a folder that holds this one: what lies beside it was not
 * asked for.
 * @param isOutside folders that are not searched
 * @throws where the folder itself can't be read
 */
export async function* walkFolder(
  folder: string,
  isOutside: (path: string) => Promise<boolean> | boolean = () => false,
): AsyncGenerator<FolderEntry> {
  const { dev, ino } = await stat(folder);
  const search = { isOutside, seen: new Set([`${dev} ${ino}`]), root: await realpath(folder) };
  yield* walk(folder, await readdir(folder), search);
}

interface Search {
  readonly isOutside: (path: string) => Promise<boolean> | boolean;
  /** Folders that are searched already, by device and number. */
  readonly seen: Set<string>;
  /** Where the search began, without links. */
  readonly root: string;
}

async function* walk(folder: string, names: readonly string[], search: Search): AsyncGenerator<FolderEntry> {
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    if (isHiddenName(name)) {
      yield { path, kind: 'hidden' };
      continue;
    }
    const entry = await entryAt(path);
    if (entry.kind !== 'folder') {
      yield entry;
      continue;
    }
    const passedOver = await whyPassedOver(path, search);
    if (passedOver !== undefined) {
      yield { path, kind: 'odd', what: passedOver };
      continue;
    }
    yield entry;
    if (await search.isOutside(path)) continue;
    const inside = await readdir(path).catch((error: unknown) => reasonOf(error));
    if (typeof inside === 'string')
      yield { path, kind: 'odd', what: `a folder that can't be read: ${inside}` };
    else yield* walk(path, inside, search);
  }
}

/** Of a folder. What is not passed over counts as searched from now on. */
async function whyPassedOver(path: string, { seen, root }: Search): Promise<string | undefined> {
  const { dev, ino } = await stat(path);
  if (seen.has(`${dev} ${ino}`)) return 'a link to a folder that is searched already';
  const real = await realpath(path);
  if (`${root}${sep}`.startsWith(real.endsWith(sep) ? real : `${real}${sep}`))
    return 'a link to a folder that holds this one';
  seen.add(`${dev} ${ino}`);
  return undefined;
}

/** What is at a path; links are followed. Never throws. */
export async function entryAt(path: string): Promise<FolderEntry> {
  const odd = (what: string): FolderEntry => ({ path, kind: 'odd', what });
  try {
    const entry = await stat(path);
    if (entry.isFile()) return { path, kind: 'file' };
    if (entry.isDirectory()) return { path, kind: 'folder' };
    if (entry.isFIFO()) return odd('a named pipe');
    if (entry.isSocket()) return odd('a socket');
    return odd('a device');
  } catch (error) {
    const link = await lstat(path).catch(() => null);
    if (link?.isSymbolicLink()) {
      const isLoop = error instanceof Error && 'code' in error && error.code === 'ELOOP';
      return odd(isLoop ? 'a link that leads to itself' : 'a link to nothing');
    }
    // What it is can't be asked by that name; there may be clips in it.
    if (!link && basename(path).includes('\ufffd')) return odd('a file or folder whose name is not UTF-8');
    return odd(reasonOf(error));
  }
}

/** Results are written whole beside their place and then renamed into it: nobody finds half a file. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { diskOf, diskText, isDiskFull } from './disk.ts';
import { RetryableError } from './errors.ts';

let begun = 0;

/** Of this writer alone: what stays up and a command may write the same file at once. */
function unfinished(path: string): string {
  begun += 1;
  return `${path.replace(/(?<=.)[\\/]+$/, '')}.${process.pid}-${begun}.unfinished`;
}

/** Takes away what writers of the same path left that were killed. */
async function removeAbandoned(temporary: string): Promise<void> {
  const folder = dirname(temporary);
  const name = basename(temporary).replace(/\.\d+-\d+\.unfinished$/, '');
  for (const other of await readdir(folder)) {
    if (!other.startsWith(`${name}.`)) continue;
    const pid = /^(\d+)-\d+\.unfinished$/.exec(other.slice(name.length + 1))?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(folder, other), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // process.kill throws nothing else
  }
}

/**
 * Does what fills `temporary`, and takes that away where it fails: half a file would fill a full disk for ever.
 * @throws RetryableError where the disk is full, naming it
 */
async function filled<T>(path: string, temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (!isDiskFull(cause)) throw cause;
    const found = diskText(diskOf(dirname(path)));
    throw new RetryableError(`no room for ${path}, which is as it was before`, { found, cause });
  }
}

/** Replaces a file; its folder is made where it is missing. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFileBy(path, (temporary) => writeFile(temporary, content));
}

/** As {@link replaceFile}, for what is written bit by bit. */
export async function replaceFileBy(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = unfinished(path);
  await filled(path, temporary, async () => {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
  });
  await rename(temporary, path);
  await removeAbandoned(temporary);
}

/** Replaces a folder by what is written into a new one. */
export async function replaceFolder<T>(folder: string, write: (folder: string) => Promise<T>): Promise<T> {
  const temporary = unfinished(folder);
  await rm(temporary, { recursive: true, force: true });
  const result = await filled(folder, temporary, async () => {
    await mkdir(temporary, { recursive: true });
    return write(temporary);
  });
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
  await removeAbandoned(temporary);
  return result;
}

/**
 * Adds files to a folder, replacing those of the same names: all of them once all are written, or none.
 * @param write writes into the folder that it is given, subfolders too
 * @param last the name of a file that comes after all others: where it is, they are
 */
export async function addToFolder<T>(
  folder: string,
  write: (folder: string) => Promise<T>,
  last?: string,
): Promise<T> {
  const temporary = unfinished(folder);
  await rm(temporary, { recursive: true, force: true });
  const result = await filled(folder, temporary, async () => {
    await mkdir(temporary, { recursive: true });
    return write(temporary);
  });
  try {
    const entries = await readdir(temporary, { recursive: true, withFileTypes: true });
    for (const entry of entries.sort((a, b) => Number(a.name === last) - Number(b.name === last))) {
      if (entry.isDirectory()) continue;
      const path = join(entry.parentPath, entry.name);
      const target = join(folder, relative(temporary, path));
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
    }
    await mkdir(folder, { recursive: true });
    return result;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

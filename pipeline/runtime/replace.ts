/** Results are written whole beside their place and then renamed into it: nobody finds half a file. */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const unfinished = (path: string) => `${path.replace(/(?<=.)[\\/]+$/, '')}.unfinished`;

/** Replaces a file; its folder is made where it is missing. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFileBy(path, (temporary) => writeFile(temporary, content));
}

/** As {@link replaceFile}, for what is written bit by bit. */
export async function replaceFileBy(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await write(unfinished(path));
  await rename(unfinished(path), path);
}

/** Replaces a folder by what is written into a new one. */
export async function replaceFolder<T>(folder: string, write: (folder: string) => Promise<T>): Promise<T> {
  const temporary = unfinished(folder);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const result = await write(temporary);
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
  return result;
}

/**
 * Adds files to a folder, replacing those of the same names: all of them once all are written, or none.
 * @param write writes into the folder that it is given, subfolders too
 */
export async function addToFolder<T>(folder: string, write: (folder: string) => Promise<T>): Promise<T> {
  const temporary = unfinished(folder);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const result = await write(temporary);
    for (const entry of await readdir(temporary, { recursive: true, withFileTypes: true })) {
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

/** Results are written whole beside their place and then renamed into it: nobody finds half a file. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const unfinished = (path: string) => `${path}.unfinished`;

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

/** A camera's name is one token of a subject: letters, digits, `-` and `_`, 64 of them at most. */
import { basename, dirname, resolve } from 'node:path';

/** Any text as a camera's name. */
export function cameraName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 64);
  return name.replace(/^-+|-+$/g, '') || 'camera';
}

/** The camera that a file comes from: its folder's name. */
export function cameraOfFile(path: string): string {
  return cameraName(basename(dirname(resolve(path))));
}

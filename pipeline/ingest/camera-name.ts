/** A camera's name is one token of a subject: letters, digits, `-` and `_`, 64 of them at most. */
import { basename, dirname, resolve } from 'node:path';

/** Any text as a camera's name. */
export function cameraName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 64);
  return name.replace(/^-+|-+$/g, '') || 'camera';
}

/** Folders that cameras make on their cards (DCF: 100MEDIA, 101_PANA, 100RECNX): every card has the same. */
const CARD_FOLDER = /^(DCIM|1\d\d[A-Z_][A-Z0-9_]{4})$/;

/** The camera that a file comes from: its folder's name; on a camera's card, that of the folder which holds the card's. */
export function cameraOfFile(path: string): string {
  let folder = dirname(resolve(path));
  while (isCardFolder(folder) && dirname(dirname(folder)) !== dirname(folder)) folder = dirname(folder);
  return cameraName(basename(folder));
}

function isCardFolder(folder: string): boolean {
  return CARD_FOLDER.test(basename(folder)) || basename(dirname(folder)) === 'DCIM';
}

/** A picture on disk with boxes drawn on it: opened once, so that a broken one is known before training. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import { type Box, clip, type Size } from '../vision/box.ts';
import { decodeImage } from '../vision/image.ts';
import { baseName } from './file-name.ts';

/** A picture file with its boxes, px of the upright picture. */
export interface DrawnStill {
  readonly path: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly box: Box; readonly label?: string }[];
}

/** Names of files that we read as pictures. */
export const pictureFile = /\.(jpe?g|png|webp|tiff?|gif|avif)$/i;

/** @throws PoisonError where it can't be read as a picture */
export async function openStill(path: string): Promise<DrawnStill> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new PoisonError(path, { found: reasonOf(error), expected: 'a picture', cause: error });
  });
  const { width, height } = await decodeImage(bytes, path);
  return { path: resolve(path), name: baseName(path), width, height, boxes: [] };
}

/** The box cut to its picture. @throws PoisonError where less than 1 px of it lies inside */
export function inside(box: Box, size: Size): Box {
  const cut = box.every(Number.isFinite) ? clip(box, size) : null;
  if (cut === null) {
    throw new PoisonError('box', {
      found: `[${box.join(', ')}]`,
      expected: `a box inside ${size.width} x ${size.height} px`,
    });
  }
  return cut;
}

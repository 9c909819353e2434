/** A picture on disk: opened once, so that a broken one is known before training. */
import { readFile } from 'node:fs/promises';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import { type Box, clip, type Size } from '../vision/box.ts';
import { decodeImage } from '../vision/image.ts';

/** Pixels of the upright picture. @throws PoisonError where it can't be read as a picture */
export async function openStill(path: string): Promise<Size> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new PoisonError(path, { found: reasonOf(error), expected: 'a picture', cause: error });
  });
  const { width, height } = await decodeImage(bytes, path);
  return { width, height };
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

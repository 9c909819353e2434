/** Pictures inside the page, as small as they can be while one still sees what they show. */

import { encodeJpeg, type Raster, scaleToFit, withImage } from '../../domain/vision/image.ts';
import { PoisonError } from '../../runtime/errors.ts';

/** Longer sides in pixels: a contact sheet's cell and a figure of two pictures, on screens of twice the density. */
export const longestSide = { sample: 480, figure: 1200 } as const;

const quality = 72;

/** A picture's `data:` address; null where it can't be read: one bad picture must not cost the whole report. */
export async function pictureAddress(
  bytes: Uint8Array,
  longest: number,
  name: string,
): Promise<string | null> {
  try {
    return await withImage(bytes, name, async (picture) => addressOf(await scaleToFit(picture, longest)));
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}

/** A picture's `data:` address, at its own size. */
export async function addressOf(picture: Raster): Promise<string> {
  const jpeg = await encodeJpeg(picture, quality);
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}

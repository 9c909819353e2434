/** Pictures inside the page, as small as they can be while one still sees what they show. */

import { decodeImage, encodeJpeg, scaleToFit } from '../../domain/vision/image.ts';
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
    const raster = await scaleToFit(await decodeImage(bytes, name), longest);
    const jpeg = await encodeJpeg(raster, quality);
    return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}

/** Pictures inside the page, as small as they can be while one still sees what they show. */

import { encodeJpeg, scaleToFit, withImage } from '../../domain/vision/image.ts';
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
    const jpeg = await withImage(bytes, name, async (picture) =>
      encodeJpeg(await scaleToFit(picture, longest), quality),
    );
    return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  } catch (error) {
    if (error instanceof PoisonError) return null;
    throw error;
  }
}

/** Puts rasters and a drawing (SVG) together into a PNG. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';

// The machine may have no fonts at all, or none for Japanese: then SVG text is drawn as boxes or not at all. Read by
// fontconfig at the first text that the process draws.
process.env.FONTCONFIG_FILE ??= join(import.meta.dirname, 'fonts.conf');

/** Japanese and Latin; then what the machine has. */
export const fontFamily = "'M PLUS 1', sans-serif";

/** A raster and its place on the canvas. */
export interface Placed {
  readonly raster: Raster;
  /** px of the canvas, whole. */
  readonly left: number;
  readonly top: number;
}

/** @param svg the elements of a drawing above the pictures, px of the canvas */
export async function compose(
  { width, height }: Size,
  pictures: readonly Placed[],
  svg: string,
): Promise<Uint8Array> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite([
      ...pictures.map(({ raster, left, top }) => ({
        input: bufferOf(raster),
        raw: { width: raster.width, height: raster.height, channels: 3 as const },
        left,
        top,
      })),
      { input: Buffer.from(drawing), left: 0, top: 0 },
    ])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** The whole raster at another size, smoothed. */
export async function resize(raster: Raster, { width, height }: Size): Promise<Raster> {
  const raw = { width: raster.width, height: raster.height, channels: 3 as const };
  const scaled = await sharp(bufferOf(raster), { raw })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { data: scaled, width, height };
}

/** The same bytes, not a copy. */
function bufferOf({ data }: Raster): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

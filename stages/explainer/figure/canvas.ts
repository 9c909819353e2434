/** Puts rasters and a drawing (SVG) together into a PNG. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import { encodePng, type Raster } from '../../../pipeline/domain/vision/image.ts';

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

/**
 * The rasters are copied and the drawing is blended over them here: libvips would take the whole canvas apart into
 * transparent layers for each, at twice the time.
 *
 * @param svg the elements of a drawing above the pictures, px of the canvas
 * @param pictures wholly on the canvas
 */
export async function compose(
  { width, height }: Size,
  pictures: readonly Placed[],
  svg: string,
): Promise<Uint8Array> {
  const canvas: Raster = { data: new Uint8Array(width * height * 3).fill(white), width, height };
  for (const picture of pictures) place(picture, canvas);
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`;
  blend(await sharp(Buffer.from(drawing)).ensureAlpha().raw().toBuffer(), canvas);
  return encodePng(canvas);
}

const white = 255;

function place({ raster, left, top }: Placed, { data, width }: Raster): void {
  const row = raster.width * 3;
  for (let y = 0; y < raster.height; y++) {
    data.set(raster.data.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * 3);
  }
}

/** @param drawing of the canvas' size: `[height, width, RGBA]`, not premultiplied */
function blend(drawing: Uint8Array, { data }: Raster): void {
  // Most of it is transparent, and passed over four bytes at a time.
  const pixels = new Uint32Array(drawing.buffer, drawing.byteOffset, drawing.length / 4);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    if (pixels[pixel] === 0) continue;
    const [from, to] = [pixel * 4, pixel * 3];
    const alpha = drawing[from + 3]!;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      data[to + c] = Math.round((drawing[from + c]! * alpha + data[to + c]! * (255 - alpha)) / 255);
    }
  }
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

/**
 * Still pictures: the only file that imports sharp, but for figures drawn as SVG. A picture in memory is a
 * {@link Raster}; whatever reads a JPEG, cuts a search region or draws a figure starts from one.
 */
import sharp, { type Sharp } from 'sharp';
import { Budget } from '../../runtime/budget.ts';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import { type Box, clip } from './box.ts';
import { MOST_PIXELS } from './largest.ts';

// One picture at a time per libvips call: parallelism is in processes and in concurrent calls, and a cache
// of decoded operations would only hold memory, since no picture is read twice.
sharp.concurrency(1);
sharp.cache(false);

/** Pixels as RGB, row-major, 3 bytes a pixel, 0..255: `data` is `[height, width, 3]`. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One byte a pixel, row-major: `data` is `[height, width]`. */
export interface GreyRaster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A region of a picture, scaled into a square. Source px = letterboxed px / `scale` + the region's x, y. */
export interface Letterboxed {
  /** `side` x `side`; the picture is at the top left, the rest is grey 114. */
  readonly raster: Raster;
  readonly scale: number;
  /** What was really cut out: whole pixels, inside the picture. */
  readonly region: Box;
}

/** Padding of the YOLOX letterbox, which its weights were trained with. */
const padding = 114;

/** Of all pictures that this process has unpacked at once, px: the largest alone, or a hundred of video's. */
const inHand = new Budget(MOST_PIXELS);

/**
 * JPEG, PNG, WebP, TIFF, GIF (first page), AVIF or BMP to RGB, turned upright by its EXIF orientation; grey becomes
 * RGB, 16 bits become 8, transparency is dropped.
 *
 * @param name what the picture is called, for the error
 * @throws PoisonError where it is empty, no picture, cut off or damaged
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<Raster> {
  if (bytes.byteLength === 0) {
    throw new PoisonError(`${name} is empty`, { found: '0 bytes', expected: 'a picture' });
  }
  try {
    if (isBmp(bytes)) return await (await ffmpegBmp()).decodeBmp(bytes);
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw unreadable(bytes, name, error);
  }
}

/**
 * {@link decodeImage}, for whoever does it with several pictures at once: `use` gets the picture when this process has
 * room for its pixels, and must not keep it. Memory is so bounded for the process, however many ask.
 * @throws PoisonError as {@link decodeImage}; what `use` throws
 */
export async function withImage<T>(
  bytes: Uint8Array,
  name: string,
  use: (raster: Raster) => Promise<T>,
): Promise<T> {
  return inHand.spend(await announcedPixels(bytes, name), async () => use(await decodeImage(bytes, name)));
}

/** By its header, without unpacking it; {@link decodeImage} refuses what is too large. */
async function announcedPixels(bytes: Uint8Array, name: string): Promise<number> {
  if (bytes.byteLength === 0) return 0; // decodeImage says so
  try {
    if (isBmp(bytes)) return (await ffmpegBmp()).bmpPixels(bytes);
    const { width = 0, height = 0 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return width * height;
  } catch (error) {
    throw unreadable(bytes, name, error);
  }
}

/** sharp reads none; FFmpeg is loaded only where there is one. */
function ffmpegBmp(): Promise<typeof import('./bmp.ts')> {
  return import('./bmp.ts');
}

function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

function unreadable(bytes: Uint8Array, name: string, cause: unknown): PoisonError {
  return new PoisonError(`${name} can't be read as a picture`, {
    found: `${bytes.byteLength} bytes (${reasonOf(cause)})`,
    expected: 'JPEG, PNG, WebP, TIFF, GIF, AVIF or BMP',
    cause,
  });
}

/**
 * Chroma is halved in both directions (4:2:0), as cameras and video have it.
 *
 * @param quality 1..100, libjpeg's scale
 */
export async function encodeJpeg(raster: Raster, quality: number): Promise<Uint8Array> {
  return fromRaster(raster)
    .jpeg({ quality: Math.round(quality) })
    .toBuffer();
}

/** Nobody sees the difference from the picture it was. */
const copyQuality = 95;

/** The picture as a JPEG: itself where it is one, whatever its name says. @throws PoisonError as {@link decodeImage} */
export async function asJpeg(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  return isJpeg(bytes) ? bytes : encodeJpeg(await decodeImage(bytes, name), copyQuality);
}

/** By its first bytes. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** For pictures of an explanation level 1 takes 60 % of the time of level 3 (16 against 26 ms for figure and overlay) and gives files 15 % larger. */
const pngLevel = 1;

/** Without loss. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return fromRaster(raster).png({ compressionLevel: pngLevel }).toBuffer();
}

/** The picture with its longer side at most `longest` px; itself where it is no larger. */
export async function scaleToFit(raster: Raster, longest: number): Promise<Raster> {
  const { width, height } = raster;
  const scale = longest / Math.max(width, height);
  if (scale >= 1) return raster;
  return resizeRegion(raster, [0, 0, width, height], Math.round(width * scale), Math.round(height * scale));
}

/**
 * Cuts `region` out, scales it with its aspect kept until it fits `side` x `side`, and pads right and below:
 * the input of the detector (YOLOX's `preproc`).
 *
 * @param region in px; rounded to whole pixels and cut to the picture
 * @param side of the square, px
 * @throws PoisonError where nothing of the region lies in the picture
 */
export async function letterbox(raster: Raster, region: Box, side: number): Promise<Letterboxed> {
  const cut = wholePixels(raster, region);
  const scale = Math.min(side / cut[2], side / cut[3]);
  const width = Math.max(1, Math.min(side, Math.round(cut[2] * scale)));
  const height = Math.max(1, Math.min(side, Math.round(cut[3] * scale)));
  const scaled =
    width === cut[2] && height === cut[3] ? raster : await resizeRegion(raster, cut, width, height);
  const [left, top] = scaled === raster ? cut : [0, 0];

  const data = new Uint8Array(side * side * 3).fill(padding);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * scaled.width + left) * 3;
    data.set(scaled.data.subarray(from, from + width * 3), y * side * 3);
  }
  return { raster: { data, width: side, height: side }, scale, region: cut };
}

/** The region's pixels at their own size. @throws PoisonError where nothing of it lies in the picture */
export function crop(raster: Raster, region: Box): Raster {
  const [left, top, width, height] = wholePixels(raster, region);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * raster.width + left) * 3;
    data.set(raster.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}

/**
 * Brightness (BT.601 luma) of the region, for differencing.
 *
 * @throws PoisonError where nothing of the region lies in the picture
 */
export function toGrey(raster: Raster, region: Box): GreyRaster {
  const [left, top, width, height] = wholePixels(raster, region);
  const data = new Uint8Array(width * height);
  const rgb = raster.data;
  for (let y = 0, to = 0; y < height; y++) {
    let from = ((top + y) * raster.width + left) * 3;
    for (let x = 0; x < width; x++, from += 3, to++) {
      // 0.299 R + 0.587 G + 0.114 B in 1/65536, rounded
      data[to] = (19595 * rgb[from]! + 38470 * rgb[from + 1]! + 7471 * rgb[from + 2]! + 32768) >> 16;
    }
  }
  return { data, width, height };
}

function fromRaster({ data, width, height }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: MOST_PIXELS });
}

/**
 * Cuts `region` out and stretches it to a size, whatever its aspect: the input of the classifier.
 *
 * @param region whole px inside the picture
 */
export async function resizeRegion(
  raster: Raster,
  [left, top, width, height]: Box,
  toWidth: number,
  toHeight: number,
): Promise<Raster> {
  const data = await fromRaster(raster)
    .extract({ left, top, width, height })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
  return { data, width: toWidth, height: toHeight };
}

/** Position and size are rounded apart, so that a region of whole size keeps it wherever it lies. */
function wholePixels(raster: Raster, region: Box): Box {
  const [x, y, w, h] = region;
  const cut = clip([Math.round(x), Math.round(y), Math.round(w), Math.round(h)], raster);
  if (cut === null) {
    throw new PoisonError('a region lies outside its picture', {
      found: `[${region.join(', ')}]`,
      expected: `at least 1 px inside ${raster.width} x ${raster.height}`,
    });
  }
  return cut;
}

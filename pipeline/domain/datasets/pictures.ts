/** Pictures from files, on the bus: each is a clip of one frame. */
import type { DatasetItem } from '../../../schemas/dataset.ts';
import { Image } from '../../../schemas/image.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { outgoing } from '../../runtime/bus/envelope.ts';
import { contentId } from '../../runtime/content-id.ts';
import { decodeImage, encodeJpeg, isJpeg, scaleToFit } from '../vision/image.ts';

/** Longer side of a picture that is kept; larger ones are scaled down, for no network sees more. */
const longestSide = 1280;
const quality = 92;
const largestBytes = 300 * 1024;

/** A picture on the bus, named by its content. */
export interface StoredPicture extends Pick<DatasetItem, 'clip' | 'index' | 'width' | 'height'> {
  /** What a box of the file is multiplied by. */
  readonly scale: number;
}

/** A small JPEG is kept as it is. @throws PoisonError where it is no picture, or damaged */
export async function storePicture(bus: Bus, bytes: Uint8Array, name: string): Promise<StoredPicture> {
  const raster = await decodeImage(bytes, name);
  const fitting = await scaleToFit(raster, longestSide);
  const unchanged = fitting === raster && isJpeg(bytes) && bytes.byteLength < largestBytes;
  const payload = unchanged ? bytes : await encodeJpeg(fitting, quality);
  const clip = contentId(bytes);
  const { width, height } = fitting;
  await bus.publish(outgoing(Image, { clip, index: 0 }, { clip, index: 0, width, height }, { payload }));
  return { clip, index: 0, width, height, scale: width / raster.width };
}

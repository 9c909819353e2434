/** What a classifier learns from in a dataset: every box by itself, with a little around it. */
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import { type Box, centre, clip, type Size, shiftInside } from '../vision/box.ts';
import { crop, encodeJpeg, withImage } from '../vision/image.ts';

/** A box of a dataset as a classifier sees it. */
export interface Crop {
  /** Of its own: the picture's, with a number where it has several boxes. */
  readonly name: string;
  readonly item: DatasetItem;
  /** Whole px of the picture. */
  readonly region: Box;
  /** Place in the classes. */
  readonly label: number;
  /** 0..1. */
  readonly weight: number;
}

/** What is seen around a box on each side at least, as a share of its longer side: ears and tails, and some ground. */
const margin = 0.1;

/** A crop is saved once more before it is learnt from. */
const quality = 95;

/** In the order of the dataset; boxes of other classes, and those outside their picture, are left out. */
export function cropsOf({ classes, items }: Dataset): Crop[] {
  const taken = new Map<string, number>();
  return items.flatMap((item) =>
    item.boxes.flatMap(({ box, label: name, weight }, i) => {
      const label = classes.indexOf(name);
      const region = cropRegion(box, item);
      if (label === -1 || region === null) return [];
      const base = item.boxes.length > 1 ? `${item.name} (${i + 1})` : item.name;
      const times = (taken.get(base) ?? 0) + 1;
      taken.set(base, times);
      const own = times > 1 ? `${base} [${times}]` : base;
      return [{ name: own, item, region, label, weight }];
    }),
  );
}

/**
 * A square around the box, since a classifier sees squares: an animal keeps its shape. At the picture's edges it is
 * moved inside, and cut where the picture is too small for it.
 * @returns whole px inside the picture; null where nothing of the box lies in it
 */
export function cropRegion(box: Box, size: Size): Box | null {
  const { x, y } = centre(box);
  const side = Math.max(1, Math.round((1 + 2 * margin) * Math.max(box[2], box[3])));
  const square: Box = [Math.round(x - side / 2), Math.round(y - side / 2), side, side];
  return clip(box, size) && clip(shiftInside(square, size), size);
}

/**
 * @param picture as it is stored
 * @returns the picture itself, or the crop as JPEG
 * @throws PoisonError where it can't be read
 */
export async function cropBytes(picture: Uint8Array, { name, region, item }: Crop): Promise<Uint8Array> {
  if (region[2] === item.width && region[3] === item.height) return picture;
  return withImage(picture, name, (whole) => encodeJpeg(crop(whole, region), quality));
}

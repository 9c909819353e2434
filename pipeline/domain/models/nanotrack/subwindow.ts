/**
 * The square that a Siamese tracker is shown: cut out around a place, padded with the picture's mean colour where it
 * leaves the picture, and scaled (`get_subwindow` of PySOT and NanoTrack, with OpenCV's bilinear `resize`).
 */
import type { Raster } from '../../vision/image.ts';

/** A place in a picture, px: 0 is the middle of the first pixel. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Red, green, blue, 0..255, whole numbers. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Weights of the two neighbours of a pixel are in 1/2048, as OpenCV has them for bytes. */
const ONE = 2048;

/** The mean colour, cut to whole numbers as NanoTrack's padding is. */
export function meanColour({ data, width, height }: Raster): Colour {
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at < data.length; at += 3) {
    red += data[at]!;
    green += data[at + 1]!;
    blue += data[at + 2]!;
  }
  const pixels = width * height;
  return [Math.floor(red / pixels), Math.floor(green / pixels), Math.floor(blue / pixels)];
}

/**
 * @param extent side of the square in the picture, whole px
 * @param side of what comes out, px
 * @returns `[3, side, side]`, blue first, 0..255: within 1 of OpenCV's, and equal to it in 99.5 % of all numbers
 */
export function subwindow(
  picture: Raster,
  { x, y }: Place,
  extent: number,
  side: number,
  padding: Colour,
): Float32Array {
  const left = Math.floor(x - (extent + 1) / 2 + 0.5);
  const top = Math.floor(y - (extent + 1) / 2 + 0.5);
  const axis = bilinear(extent, side);
  const rows = new RowsOf(picture, left, extent, padding, axis);
  const values = new Float32Array(3 * side * side);
  for (let row = 0; row < side; row++) {
    const [above, below] = rows.pair(top + axis.from[row]!, top + axis.to[row]!);
    const [weightAbove, weightBelow] = [ONE - axis.weight[row]!, axis.weight[row]!];
    for (let column = 0; column < side; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const at = column * 3 + channel;
        // OpenCV's `VResizeLinear` for bytes
        const sum = ((weightAbove * (above[at]! >> 4)) >> 16) + ((weightBelow * (below[at]! >> 4)) >> 16);
        values[((2 - channel) * side + row) * side + column] = (sum + 2) >> 2;
      }
    }
  }
  return values;
}

/** Which two pixels each pixel of the result lies between, and the second one's weight. */
interface Axis {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Int32Array;
}

function bilinear(extent: number, side: number): Axis {
  const [from, to, weight] = [new Int32Array(side), new Int32Array(side), new Int32Array(side)];
  for (let i = 0; i < side; i++) {
    const place = Math.max(0, Math.min(extent - 1, Math.fround(((i + 0.5) * extent) / side - 0.5)));
    from[i] = Math.floor(place);
    to[i] = Math.min(extent - 1, from[i]! + 1);
    weight[i] = Math.round((place - from[i]!) * ONE);
  }
  return { from, to, weight };
}

/** Rows of the square, scaled across; the last two are kept, since neighbours in the result share them. */
class RowsOf {
  readonly #picture: Raster;
  readonly #left: number;
  readonly #axis: Axis;
  readonly #row: Uint8Array;
  /** A row of nothing but padding. */
  readonly #blank: Uint8Array;
  #kept: { row: number; values: Int32Array }[];

  constructor(picture: Raster, left: number, extent: number, padding: Colour, axis: Axis) {
    this.#picture = picture;
    this.#left = left;
    this.#axis = axis;
    this.#row = new Uint8Array(extent * 3);
    this.#blank = Uint8Array.from(this.#row, (_, at) => padding[at % 3]!);
    this.#kept = [0, 1].map(() => ({ row: Number.NaN, values: new Int32Array(axis.from.length * 3) }));
  }

  /** Values in 1/2048, `[side, 3]` each. @param above and @param below in the picture's rows, `below` not before */
  pair(above: number, below: number): readonly [Int32Array, Int32Array] {
    const first = this.#scaled(above, below);
    return [first, below === above ? first : this.#scaled(below, above)];
  }

  /** @param other the row that must be kept */
  #scaled(row: number, other: number): Int32Array {
    const known = this.#kept.find((kept) => kept.row === row);
    if (known) return known.values;
    const slot = this.#kept.find((kept) => kept.row !== other)!; // two are kept, one at most is `other`
    slot.row = row;
    this.#fill(row);
    const { from, to, weight } = this.#axis;
    for (let i = 0, at = 0; i < from.length; i++) {
      const [a, b, share] = [from[i]! * 3, to[i]! * 3, weight[i]!];
      for (let channel = 0; channel < 3; channel++, at++) {
        slot.values[at] = this.#row[a + channel]! * (ONE - share) + this.#row[b + channel]! * share;
      }
    }
    return slot.values;
  }

  /** One row of the square at its own size. */
  #fill(row: number): void {
    const { data, width, height } = this.#picture;
    const extent = this.#row.length / 3;
    const first = Math.max(0, -this.#left);
    const end = row < 0 || row >= height ? 0 : Math.min(extent, width - this.#left);
    if (end - first < extent) this.#row.set(this.#blank);
    if (end <= first) return;
    const start = (row * width + this.#left + first) * 3;
    this.#row.set(data.subarray(start, start + (end - first) * 3), first * 3);
  }
}

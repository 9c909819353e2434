/**
 * What changed from one frame to the next, at a glance: small grey pictures are compared pixel by pixel, light that
 * changed as a whole and noise taken off. Any box can then be asked how much changed in it.
 */
import type { Box, Size } from '../../../pipeline/domain/vision/box.ts';
import type { Grey } from '../difference.ts';

/** Grey levels below which nothing counts as changed: the noise of JPEG in a small picture. */
const LEAST = 6;
/** Multiples of the median deviation that are noise. */
const NOISE = 6;

/** Changed pixels between two small pictures of the same size. */
export class Motion {
  /** By how many grey levels everything became lighter: the median of the differences. */
  readonly shift: number;
  /** Share of the picture that changed beyond that, 0..1. */
  readonly share: number;
  readonly #width: number;
  readonly #height: number;
  readonly #scale: { readonly x: number; readonly y: number };
  /** Changed pixels above and left of each corner: `[height + 1, width + 1]`. */
  readonly #sums: Uint32Array;

  /** @param picture size of the frames, px; @param before and @param now small pictures of them */
  constructor(picture: Size, before: Grey, now: Grey) {
    const { width, height } = now;
    this.#width = width;
    this.#height = height;
    this.#scale = { x: width / picture.width, y: height / picture.height };
    const { shift, bound } = noiseOf(before, now);
    this.shift = shift;
    const sums = new Uint32Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      let row = 0;
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        if (Math.abs(now.data[at]! - before.data[at]! - shift) > bound) row += 1;
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
      }
    }
    this.#sums = sums;
    this.share = sums[sums.length - 1]! / (width * height);
  }

  /** Share of the box's pixels that changed, 0..1. @param margin around the box, as a share of its sides */
  within([x, y, w, h]: Box, margin: number): number {
    const left = clamp(Math.floor((x - margin * w) * this.#scale.x), this.#width);
    const top = clamp(Math.floor((y - margin * h) * this.#scale.y), this.#height);
    const right = clamp(Math.ceil((x + w + margin * w) * this.#scale.x), this.#width);
    const bottom = clamp(Math.ceil((y + h + margin * h) * this.#scale.y), this.#height);
    const pixels = (right - left) * (bottom - top);
    if (pixels <= 0) return 0;
    const sum = (column: number, row: number) => this.#sums[row * (this.#width + 1) + column]!;
    return (sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top)) / pixels;
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

function noiseOf(before: Grey, now: Grey): { shift: number; bound: number } {
  const differences = new Int32Array(511);
  for (let at = 0; at < now.data.length; at++) differences[now.data[at]! - before.data[at]! + 255]! += 1;
  const shift = medianOf(differences, now.data.length) - 255;
  const deviations = new Int32Array(511);
  for (const [i, count] of differences.entries()) deviations[Math.abs(i - 255 - shift)]! += count;
  return { shift, bound: Math.max(LEAST, NOISE * medianOf(deviations, now.data.length)) };
}

/** Index at which half of the histogram is reached. */
function medianOf(histogram: Int32Array, total: number): number {
  let sum = 0;
  return histogram.findIndex((count) => {
    sum += count;
    return sum >= total / 2;
  });
}

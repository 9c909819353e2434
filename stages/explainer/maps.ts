/** What a layer made of a picture, on plain numbers: the methods need no tensors, and their tests none either. */
import { FatalError } from '../../pipeline/runtime/errors.ts';

/** Feature maps of one layer, or a score's gradient over them: `[height, width, channels]`, row by row. */
export interface Maps {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One number a position: `[height, width]`, row by row. */
export interface HeatMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** `Σ_k w_k f_k(x, y)`. @param weights one a channel */
export function weightedSum(maps: Maps, weights: ArrayLike<number>): HeatMap {
  if (weights.length !== maps.channels) {
    const facts = { found: `${weights.length} weights`, expected: `${maps.channels}, one a channel` };
    throw new FatalError('feature maps cannot be summed', facts);
  }
  return summedOver(maps, (value, _, channel) => value * weights[channel]!);
}

/** The sum over the channels of `term` at each position. @param term of a value, its place in `values`, its channel */
export function summedOver(
  { values, height, width, channels }: Maps,
  term: (value: number, at: number, channel: number) => number,
): HeatMap {
  const summed = Float32Array.from({ length: height * width }, (_, position) => {
    let sum = 0;
    for (let k = 0; k < channels; k++) {
      const at = position * channels + k;
      sum += term(values[at]!, at, k);
    }
    return sum;
  });
  return { values: summed, height, width };
}

/** Sum of `term` over the positions of each channel: one number a channel. */
export function summedByChannel(
  { values, channels }: Maps,
  term: (value: number, at: number, channel: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  values.forEach((value, at) => {
    const channel = at % channels;
    sums[channel]! += term(value, at, channel);
  });
  return sums;
}

/** What speaks against is cut off. */
export function relu({ values, ...size }: HeatMap): HeatMap {
  return { ...size, values: values.map((value) => Math.max(0, value)) };
}

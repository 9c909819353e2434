/** How alike two maps are. */
import { mean } from 'simple-statistics';
import type { HeatMap } from '../maps.ts';

/** Spearman's rank correlation, -1..1; equal values share their mean rank. 0 where one of them is even. */
export function rankCorrelation(a: Float32Array, b: Float32Array): number {
  return correlation(ranks(a), ranks(b));
}

/** Pearson's, -1..1; 0 where one of them does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [centred(a), centred(b)];
  const scale = Math.sqrt(dot(x, x) * dot(y, y));
  return scale === 0 ? 0 : dot(x, y) / scale;
}

/** From 0, by rising value. */
export function ranks(values: Float32Array): Float64Array {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const found = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last += 1;
    for (let i = first; i <= last; i++) found[order[i]!] = (first + last) / 2;
    first = last + 1;
  }
  return found;
}

/** Side of SSIM's windows, cells (Wang et al. 2004 slide 8 x 8 ones; our maps have as few as 7 x 7 cells). */
const windowSide = 5;
const [steadyMean, steadyVariance] = [0.01 ** 2, 0.03 ** 2];

/** Structural similarity of two maps of values 0..1 (Wang et al. 2004, equation 13), the mean over all windows. */
export function ssim(a: HeatMap, b: HeatMap): number {
  const side = Math.min(windowSide, a.width, a.height);
  let [sum, windows] = [0, 0];
  for (let y = 0; y + side <= a.height; y++) {
    for (let x = 0; x + side <= a.width; x++) {
      sum += similarity(cut(a, x, y, side), cut(b, x, y, side));
      windows += 1;
    }
  }
  return sum / windows;
}

function similarity(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean([...a]), mean([...b])];
  const [x, y] = [centred(a), centred(b)];
  const covariance = dot(x, y) / x.length;
  const variances = (dot(x, x) + dot(y, y)) / x.length;
  const level = (2 * meanA * meanB + steadyMean) / (meanA ** 2 + meanB ** 2 + steadyMean);
  return (level * (2 * covariance + steadyVariance)) / (variances + steadyVariance);
}

function cut({ values, width }: HeatMap, x: number, y: number, side: number): Float64Array {
  return Float64Array.from(
    { length: side * side },
    (_, i) => values[(y + Math.trunc(i / side)) * width + x + (i % side)]!,
  );
}

function centred(values: ArrayLike<number>): Float64Array {
  const middle = mean(Array.from(values));
  return Float64Array.from(values, (value) => value - middle);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

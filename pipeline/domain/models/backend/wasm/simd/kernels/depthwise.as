/** Depthwise convolutions. */
import { finish, start } from './activation';
import { ceilDiv, FLOAT, get, madd, put } from './lanes';

/** Four neighbouring pixels by eight channels of a depthwise row, all taps of which see the picture. */
// @ts-ignore: decorator
@inline
function depthwise4x8(
  x: usize, xRow: usize, xStep: usize, pixel: usize, weights: usize, out: usize, rows: i32, columns: i32,
): void {
  let p0 = v128.load(out), q0 = v128.load(out, 16);
  let p1 = v128.load(out + pixel), q1 = v128.load(out + pixel, 16);
  let p2 = v128.load(out + 2 * pixel), q2 = v128.load(out + 2 * pixel, 16);
  let p3 = v128.load(out + 3 * pixel), q3 = v128.load(out + 3 * pixel, 16);
  for (let i = 0; i < rows; i++, x += xRow) {
    let at = x;
    for (let j = 0; j < columns; j++, at += pixel, weights += pixel) {
      const p = v128.load(weights), q = v128.load(weights, 16);
      p0 = madd(v128.load(at), p, p0);
      q0 = madd(v128.load(at, 16), q, q0);
      p1 = madd(v128.load(at + xStep), p, p1);
      q1 = madd(v128.load(at + xStep, 16), q, q1);
      p2 = madd(v128.load(at + 2 * xStep), p, p2);
      q2 = madd(v128.load(at + 2 * xStep, 16), q, q2);
      p3 = madd(v128.load(at + 3 * xStep), p, p3);
      q3 = madd(v128.load(at + 3 * xStep, 16), q, q3);
    }
  }
  v128.store(out, p0);
  v128.store(out, q0, 16);
  v128.store(out + pixel, p1);
  v128.store(out + pixel, q1, 16);
  v128.store(out + 2 * pixel, p2);
  v128.store(out + 2 * pixel, q2, 16);
  v128.store(out + 3 * pixel, p3);
  v128.store(out + 3 * pixel, q3, 16);
}

/** One pixel by sixteen channels: `columns` taps of every row given. */
// @ts-ignore: decorator
@inline
function depthwise1x16(
  x: usize, xRow: usize, pixel: usize, weights: usize, weightRow: usize, out: usize, rows: i32, columns: i32,
): void {
  let a = v128.load(out), b = v128.load(out, 16), c = v128.load(out, 32), d = v128.load(out, 48);
  for (let i = 0; i < rows; i++, x += xRow, weights += weightRow) {
    let at = x;
    let weight = weights;
    for (let j = 0; j < columns; j++, at += pixel, weight += pixel) {
      a = madd(v128.load(at), v128.load(weight), a);
      b = madd(v128.load(at, 16), v128.load(weight, 16), b);
      c = madd(v128.load(at, 32), v128.load(weight, 32), c);
      d = madd(v128.load(at, 48), v128.load(weight, 48), d);
    }
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/** The same for four channels or one. */
// @ts-ignore: decorator
@inline
function depthwise1x4(
  x: usize, xRow: usize, pixel: usize, weights: usize, weightRow: usize, out: usize, rows: i32, columns: i32, one: bool,
): void {
  let sum = get(out, one);
  for (let i = 0; i < rows; i++, x += xRow, weights += weightRow) {
    let at = x;
    let weight = weights;
    for (let j = 0; j < columns; j++, at += pixel, weight += pixel) sum = madd(get(at, one), get(weight, one), sum);
  }
  put(out, sum, one);
}

/** out [n, oh, ow, c] = activation(the depthwise convolution of x [n, h, w, c] with filter [fh, fw, c], + bias [c]); no bias where it is 0. */
export function depthwise(
  x: usize, filter: usize, bias: usize, out: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32, activation: i32,
): void {
  const pixel = FLOAT * <usize>c;
  const xRow = pixel * w;
  const weightRow = pixel * fw;
  // Output columns [inner, outer) see the picture with all taps.
  const inner = min(ow, ceilDiv(left, strideW));
  const outer = max(inner, min(ow, w - fw + left < 0 ? 0 : (w - fw + left) / strideW + 1));
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const row = out + pixel * <usize>((image * oh + y) * ow);
      start(row, bias, ow, c);
      const firstTap = max(0, top - y * strideH);
      const rows = min(fh, h + top - y * strideH) - firstTap;
      const source = x + xRow * (image * h + y * strideH + firstTap - top);
      const weights = filter + weightRow * firstTap;
      let z = 0;
      while (z < ow) {
        const full = z >= inner && z + 4 <= outer;
        const column = z * strideW - left;
        const fromX = max(0, -column);
        const columns = min(fw, w - column) - fromX;
        const from = source + pixel * (column + fromX);
        const to = row + pixel * z;
        let i: usize = 0;
        if (full) {
          for (; i + 32 <= pixel; i += 32) depthwise4x8(from + i, xRow, pixel * strideW, pixel, weights + i, to + i, rows, columns);
        }
        const count = full ? 4 : 1;
        // What the tiles above left: the edges of the picture, and channels beyond a multiple of eight.
        for (let r = 0; r < count; r++) {
          const source = from + pixel * strideW * r;
          const taps = weights + pixel * fromX;
          const target = to + pixel * r;
          let k = i;
          for (; k + 64 <= pixel; k += 64) depthwise1x16(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns);
          for (; k + 16 <= pixel; k += 16) depthwise1x4(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns, false);
          for (; k < pixel; k += 4) depthwise1x4(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns, true);
        }
        z += count;
      }
      finish(row, ow * c, activation);
    }
  }
}

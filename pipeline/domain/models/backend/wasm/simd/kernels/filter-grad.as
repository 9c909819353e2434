/** The gradient of a dense convolution with respect to its filter: outer products of rows. */
import { BLOCK, ceilDiv, FLOAT, get, madd, put } from './lanes';

/** dw[0..3][0..7] += x^T dy over `count` positions, four input by eight output channels at a time. */
// @ts-ignore: decorator
@inline
function tile4x8(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, row: usize): void {
  let a0 = v128.load(dw), b0 = v128.load(dw, 16);
  let a1 = v128.load(dw + row), b1 = v128.load(dw + row, 16);
  let a2 = v128.load(dw + 2 * row), b2 = v128.load(dw + 2 * row, 16);
  let a3 = v128.load(dw + 3 * row), b3 = v128.load(dw + 3 * row, 16);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    const a = v128.load(dy), b = v128.load(dy, 16);
    const x0 = v128.load32_splat(x);
    a0 = madd(x0, a, a0);
    b0 = madd(x0, b, b0);
    const x1 = v128.load32_splat(x, 4);
    a1 = madd(x1, a, a1);
    b1 = madd(x1, b, b1);
    const x2 = v128.load32_splat(x, 8);
    a2 = madd(x2, a, a2);
    b2 = madd(x2, b, b2);
    const x3 = v128.load32_splat(x, 12);
    a3 = madd(x3, a, a3);
    b3 = madd(x3, b, b3);
  }
  v128.store(dw, a0);
  v128.store(dw, b0, 16);
  v128.store(dw + row, a1);
  v128.store(dw + row, b1, 16);
  v128.store(dw + 2 * row, a2);
  v128.store(dw + 2 * row, b2, 16);
  v128.store(dw + 3 * row, a3);
  v128.store(dw + 3 * row, b3, 16);
}

/** The same for four input channels and four or one output channels. */
// @ts-ignore: decorator
@inline
function tile4x4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, row: usize, one: bool): void {
  let a0 = get(dw, one), a1 = get(dw + row, one), a2 = get(dw + 2 * row, one), a3 = get(dw + 3 * row, one);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    const a = get(dy, one);
    a0 = madd(v128.load32_splat(x), a, a0);
    a1 = madd(v128.load32_splat(x, 4), a, a1);
    a2 = madd(v128.load32_splat(x, 8), a, a2);
    a3 = madd(v128.load32_splat(x, 12), a, a3);
  }
  put(dw, a0, one);
  put(dw + row, a1, one);
  put(dw + 2 * row, a2, one);
  put(dw + 3 * row, a3, one);
}

/** The same for one input channel. */
// @ts-ignore: decorator
@inline
function tile1x4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, one: bool): void {
  let sum = get(dw, one);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    sum = madd(v128.load32_splat(x), get(dy, one), sum);
  }
  put(dw, sum, one);
}

/** dw [c, k] += x^T dy, for `count` positions of x (c channels, `xStep` bytes apart) and dy [count, k]. */
function outer(x: usize, xStep: usize, dy: usize, count: usize, dw: usize, c: usize, k: usize): void {
  const row = FLOAT * k;
  let i: usize = 0;
  for (; i + 4 <= c; i += 4) {
    const to = dw + i * row;
    const from = x + FLOAT * i;
    let j: usize = 0;
    for (; j + 8 <= k; j += 8) tile4x8(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row);
    for (; j + 4 <= k; j += 4) tile4x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row, false);
    for (; j < k; j++) tile4x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row, true);
  }
  for (; i < c; i++) {
    const to = dw + i * row;
    const from = x + FLOAT * i;
    let j: usize = 0;
    for (; j + 4 <= k; j += 4) tile1x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, false);
    for (; j < k; j++) tile1x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, true);
  }
}

/** dw [c, k] += x^T dy for x [rows, c] and dy [rows, k]: a 1x1 convolution's filter gradient. */
export function outerProduct(x: usize, dy: usize, dw: usize, rows: usize, c: usize, k: usize): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    outer(x + FLOAT * first * c, FLOAT * c, dy + FLOAT * first * k, min(BLOCK, rows - first), dw, c, k);
  }
}

/** dw [fh, fw, c, k] += the filter gradient of a convolution of x [n, h, w, c] with output gradient dy [n, oh, ow, k]. */
export function convFilterGrad(
  x: usize, dy: usize, dw: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const grads = dy + FLOAT * <usize>((image * oh + y) * ow * k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          // Output columns [from, until) see the picture, the others the padding.
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          if (until <= from) continue;
          const source = x + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          const target = dw + FLOAT * <usize>((dh * fw + dv) * c * k);
          outer(source, FLOAT * <usize>(strideW * c), grads + FLOAT * <usize>(from * k), until - from, target, c, k);
        }
      }
    }
  }
}

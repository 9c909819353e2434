/** Dense convolutions and their input gradients, as one product per row and tap. */
import { finish, start } from './activation';
import { ceilDiv, FLOAT } from './lanes';
import { product } from './mat-mul';

/** dx [n, h, w, c] += the input gradient of a convolution with the filter turned to `flipped` [fh, fw, k, c]. */
export function convInputGrad(
  dy: usize, flipped: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const grads = dy + FLOAT * <usize>((image * oh + y) * ow * k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          if (until <= from) continue;
          const target = dx + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          const weights = flipped + FLOAT * <usize>((dh * fw + dv) * k * c);
          product(grads + FLOAT * <usize>(from * k), FLOAT * <usize>k, weights, target, FLOAT * <usize>(strideW * c), until - from, k, c);
        }
      }
    }
  }
}

/** Adds one filter row, `fw` taps of [c, k], for output columns [from, until) of one output row. */
// @ts-ignore: decorator
@inline
function convRow(
  x: usize, weights: usize, out: usize, w: i32, c: i32, ow: i32, k: i32, fw: i32, stride: i32, left: i32,
): void {
  const aStep = FLOAT * <usize>(stride * c);
  const outStep = FLOAT * <usize>k;
  // Where all taps see the picture they lie behind one another in memory, in the picture as in the filter. With few
  // channels that makes one product worth its start out of several that are not.
  let inner = 0, outer = 0;
  if (c < 16) {
    inner = min(ow, ceilDiv(left, stride));
    outer = max(inner, min(ow, w - fw + left < 0 ? 0 : (w - fw + left) / stride + 1));
    product(x + FLOAT * <usize>((inner * stride - left) * c), aStep, weights, out + outStep * inner, outStep, outer - inner, fw * c, k);
  }
  for (let dv = 0; dv < fw; dv++) {
    const shift = dv - left;
    const from = min(ow, ceilDiv(-shift, stride));
    const until = min(ow, ceilDiv(w - shift, stride));
    const tap = weights + FLOAT * <usize>(dv * c * k);
    for (let side = 0; side < 2; side++) {
      const first = side == 0 ? from : max(from, outer);
      const end = side == 0 ? min(until, inner) : until;
      // Without an inner part (inner == outer == 0) the second side is the whole row.
      if (end <= first) continue;
      product(x + FLOAT * <usize>((first * stride + shift) * c), aStep, tap, out + outStep * first, outStep, end - first, c, k);
    }
  }
}

/** out [n, oh, ow, k] = activation(the convolution of x [n, h, w, c] with filter [fh, fw, c, k], + bias [k]); no bias where it is 0. */
export function conv(
  x: usize, filter: usize, bias: usize, out: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32, activation: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const row = out + FLOAT * <usize>((image * oh + y) * ow * k);
      start(row, bias, ow, k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        const source = x + FLOAT * <usize>((image * h + ih) * w * c);
        convRow(source, filter + FLOAT * <usize>(dh * fw * c * k), row, w, c, ow, k, fw, strideW, left);
      }
      finish(row, ow * k, activation);
    }
  }
}

/** The gradients of depthwise convolutions. */
import { ceilDiv, FLOAT, get, madd, put } from './lanes';

/** dx [n, h, w, c] += the input gradient of a depthwise convolution with filter [fh, fw, c] and dy [n, oh, ow, c]. */
export function depthwiseInputGrad(
  dy: usize, filter: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          const weights = filter + FLOAT * <usize>((dh * fw + dv) * c);
          let grads = dy + FLOAT * <usize>(((image * oh + y) * ow + from) * c);
          let target = dx + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          for (let z = from; z < until; z++, grads += FLOAT * c, target += FLOAT * <usize>(strideW * c)) {
            let i: usize = 0;
            for (; i + 16 <= FLOAT * c; i += 16) {
              v128.store(target + i, madd(v128.load(grads + i), v128.load(weights + i), v128.load(target + i)));
            }
            for (; i < FLOAT * c; i += 4) {
              put(target + i, madd(get(grads + i, true), get(weights + i, true), get(target + i, true)), true);
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dot16(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, dw: usize): void {
  let a = v128.load(dw), b = v128.load(dw, 16), c = v128.load(dw, 32), d = v128.load(dw, 48);
  for (let i = 0; i < count; i++, x += xStep, dy += dyStep) {
    a = madd(v128.load(x), v128.load(dy), a);
    b = madd(v128.load(x, 16), v128.load(dy, 16), b);
    c = madd(v128.load(x, 32), v128.load(dy, 32), c);
    d = madd(v128.load(x, 48), v128.load(dy, 48), d);
  }
  v128.store(dw, a);
  v128.store(dw, b, 16);
  v128.store(dw, c, 32);
  v128.store(dw, d, 48);
}

// @ts-ignore: decorator
@inline
function dot4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, dw: usize, one: bool): void {
  let sum = get(dw, one);
  for (let i = 0; i < count; i++, x += xStep, dy += dyStep) sum = madd(get(x, one), get(dy, one), sum);
  put(dw, sum, one);
}

/** dw [fh, fw, c] += the filter gradient of a depthwise convolution of x [n, h, w, c] with dy [n, oh, ow, c]. */
export function depthwiseFilterGrad(
  x: usize, dy: usize, dw: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const count = min(ow, ceilDiv(w - shift, strideW)) - from;
          let source = x + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          let grads = dy + FLOAT * <usize>(((image * oh + y) * ow + from) * c);
          let target = dw + FLOAT * <usize>((dh * fw + dv) * c);
          const xStep = FLOAT * <usize>(strideW * c);
          const dyStep = FLOAT * <usize>c;
          let k = 0;
          for (; k + 16 <= c; k += 16, source += 64, grads += 64, target += 64) dot16(source, xStep, grads, dyStep, count, target);
          for (; k + 4 <= c; k += 4, source += 16, grads += 16, target += 16) dot4(source, xStep, grads, dyStep, count, target, false);
          for (; k < c; k++, source += 4, grads += 4, target += 4) dot4(source, xStep, grads, dyStep, count, target, true);
        }
      }
    }
  }
}

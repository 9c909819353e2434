/** Activations, and rows of an output before and after its products. */
import { FLOAT, get, madd, put } from './lanes';

/**
 * 1 / (1 + exp(-x)); exp as in the Cephes library (expf.c), relative error about 2e-7. Adding 1.5 * 2^23 rounds to a
 * whole number and leaves it in the low bits, from where it is shifted into the exponent.
 */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const magic = f32x4.splat(12582912);
  const t = f32x4.pmax(f32x4.pmin(f32x4.neg(x), f32x4.splat(87)), f32x4.splat(-87));
  const shifted = madd(t, f32x4.splat(1.44269504088896341), magic);
  const n = f32x4.sub(shifted, magic);
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), t));
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  return f32x4.div(f32x4.splat(1), madd(p, power, f32x4.splat(1)));
}

/** Sets the rows of out [rows, n] to `bias` [n], or to zeros where `bias` is 0. */
export function start(out: usize, bias: usize, rows: usize, n: usize): void {
  if (bias == 0) {
    memory.fill(out, 0, FLOAT * rows * n);
    return;
  }
  for (let row: usize = 0; row < rows; row++, out += FLOAT * n) {
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) v128.store(out + FLOAT * i, v128.load(bias + FLOAT * i));
    for (; i < n; i++) put(out + FLOAT * i, get(bias + FLOAT * i, true), true);
  }
}

// @ts-ignore: decorator
@inline
function activate(at: usize, activation: i32, one: bool): void {
  const x = get(at, one);
  if (activation == 3) put(at, f32x4.mul(x, sigmoid4(x)), one);
  else {
    const positive = f32x4.pmax(x, f32x4.splat(0));
    put(at, activation == 2 ? f32x4.pmin(positive, f32x4.splat(6)) : positive, one);
  }
}

/** Applies an activation in place to `n` values: 0 none, 1 ReLU, 2 ReLU6, 3 SiLU. */
export function finish(at: usize, n: usize, activation: i32): void {
  if (activation == 0) return;
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) activate(at + FLOAT * i, activation, false);
  for (; i < n; i++) activate(at + FLOAT * i, activation, true);
}

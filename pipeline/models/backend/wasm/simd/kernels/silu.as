/** SiLU, alone and after a scale and bias per channel, with gradients. */
import { sigmoid4 } from './activation';
import { FLOAT, get, madd, put, SMALL_BLOCK } from './lanes';

// @ts-ignore: decorator
@inline
function siluStep(x: usize, y: usize, one: bool): void {
  const value = get(x, one);
  put(y, f32x4.mul(value, sigmoid4(value)), one);
}

/** y = x * sigmoid(x), `n` values. */
export function silu(x: usize, y: usize, n: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) siluStep(x + FLOAT * i, y + FLOAT * i, false);
  for (; i < n; i++) siluStep(x + FLOAT * i, y + FLOAT * i, true);
}

/** The slope of SiLU: s (1 + x (1 - s)). */
// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const s = sigmoid4(x);
  const one = f32x4.splat(1);
  return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
}

/** dx = dy * silu'(x), `n` values. */
export function siluGrad(x: usize, dy: usize, dx: usize, n: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(dx + FLOAT * i, f32x4.mul(v128.load(dy + FLOAT * i), slope(v128.load(x + FLOAT * i))));
  }
  for (; i < n; i++) {
    put(dx + FLOAT * i, f32x4.mul(get(dy + FLOAT * i, true), slope(get(x + FLOAT * i, true))), true);
  }
}

// @ts-ignore: decorator
@inline
function scaledStep(x: usize, scale: usize, bias: usize, y: usize, rows: usize, step: usize, one: bool): void {
  const a = get(scale, one);
  const b = get(bias, one);
  for (let row: usize = 0; row < rows; row++, x += step, y += step) {
    const z = madd(get(x, one), a, b);
    put(y, f32x4.mul(z, sigmoid4(z)), one);
  }
}

/** y = silu(x * scale + bias): x and y [rows, c], scale and bias [c]. */
export function scaledSilu(x: usize, scale: usize, bias: usize, y: usize, rows: usize, c: usize): void {
  for (let first: usize = 0; first < rows; first += SMALL_BLOCK) {
    const count = min(SMALL_BLOCK, rows - first);
    const at = FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) {
      scaledStep(x + at + FLOAT * k, scale + FLOAT * k, bias + FLOAT * k, y + at + FLOAT * k, count, FLOAT * c, false);
    }
    for (; k < c; k++) {
      scaledStep(x + at + FLOAT * k, scale + FLOAT * k, bias + FLOAT * k, y + at + FLOAT * k, count, FLOAT * c, true);
    }
  }
}

// @ts-ignore: decorator
@inline
function scaledGradStep(
  x: usize, scale: usize, bias: usize, dy: usize, dx: usize, dscale: usize, dbias: usize,
  rows: usize, step: usize, one: bool,
): void {
  const a = get(scale, one);
  const b = get(bias, one);
  let sumScale = f32x4.splat(0);
  let sumBias = f32x4.splat(0);
  for (let row: usize = 0; row < rows; row++, x += step, dy += step, dx += step) {
    const value = get(x, one);
    const dz = f32x4.mul(get(dy, one), slope(madd(value, a, b)));
    put(dx, f32x4.mul(dz, a), one);
    sumScale = madd(dz, value, sumScale);
    sumBias = f32x4.add(sumBias, dz);
  }
  put(dscale, f32x4.add(get(dscale, one), sumScale), one);
  put(dbias, f32x4.add(get(dbias, one), sumBias), one);
}

/** The gradients of {@link scaledSilu}: dx [rows, c]; dscale and dbias [c] are added to. */
export function scaledSiluGrad(
  x: usize, scale: usize, bias: usize, dy: usize, dx: usize, dscale: usize, dbias: usize, rows: usize, c: usize,
): void {
  for (let first: usize = 0; first < rows; first += SMALL_BLOCK) {
    const count = min(SMALL_BLOCK, rows - first);
    const at = FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) {
      const o = at + FLOAT * k;
      scaledGradStep(x + o, scale + FLOAT * k, bias + FLOAT * k, dy + o, dx + o, dscale + FLOAT * k, dbias + FLOAT * k, count, FLOAT * c, false);
    }
    for (; k < c; k++) {
      const o = at + FLOAT * k;
      scaledGradStep(x + o, scale + FLOAT * k, bias + FLOAT * k, dy + o, dx + o, dscale + FLOAT * k, dbias + FLOAT * k, count, FLOAT * c, true);
    }
  }
}

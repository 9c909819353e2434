/** SiLU and its gradient. */
import { sigmoid4 } from './activation';
import { FLOAT, get, madd, put } from './lanes';

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

/** Sums per channel. */
import { BLOCK, FLOAT, get, put } from './lanes';

// @ts-ignore: decorator
@inline
function sumStep(x: usize, out: usize, rows: usize, step: usize, one: bool): void {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let row: usize = 0;
  for (; row + 2 <= rows; row += 2, x += 2 * step) {
    even = f32x4.add(even, get(x, one));
    odd = f32x4.add(odd, get(x + step, one));
  }
  if (row < rows) even = f32x4.add(even, get(x, one));
  put(out, f32x4.add(get(out, one), f32x4.add(even, odd)), one);
}

/** Adds the sum of x [rows, c] over its rows to out [c]. */
export function sumRows(x: usize, out: usize, rows: usize, c: usize): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first);
    const at = x + FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) sumStep(at + FLOAT * k, out + FLOAT * k, count, FLOAT * c, false);
    for (; k < c; k++) sumStep(at + FLOAT * k, out + FLOAT * k, count, FLOAT * c, true);
  }
}

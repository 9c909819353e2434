/** The gradient of max pooling. */
import { FLOAT, get } from './lanes';

/** Adds `value` at the address `at`; 0 stands for "no maximum found" (all values were NaN). */
// @ts-ignore: decorator
@inline
function addTo(at: usize, value: f32): void {
  if (at != 0) store<f32>(at, load<f32>(at) + value);
}

/** Sends the gradients at dy to the first maximum of a window of height x width pixels, in every channel. */
// @ts-ignore: decorator
@inline
function maxStep(x: usize, dx: usize, dy: usize, row: usize, step: usize, height: i32, width: i32, one: bool): void {
  let best = f32x4.splat(-Infinity);
  let where = i32x4.splat(0);
  for (let i = 0; i < height; i++) {
    let at = x + <usize>i * row;
    let target = dx + <usize>i * row;
    for (let j = 0; j < width; j++, at += step, target += step) {
      const value = get(at, one);
      const larger = f32x4.gt(value, best);
      best = v128.bitselect(value, best, larger);
      where = v128.bitselect(i32x4.splat(<i32>target), where, larger);
    }
  }
  const grads = get(dy, one);
  addTo(<u32>i32x4.extract_lane(where, 0), f32x4.extract_lane(grads, 0));
  if (one) return;
  const second = <u32>i32x4.extract_lane(where, 1), third = <u32>i32x4.extract_lane(where, 2), fourth = <u32>i32x4.extract_lane(where, 3);
  if (second != 0) addTo(second + 4, f32x4.extract_lane(grads, 1));
  if (third != 0) addTo(third + 8, f32x4.extract_lane(grads, 2));
  if (fourth != 0) addTo(fourth + 12, f32x4.extract_lane(grads, 3));
}

/** dx [n, h, w, c] += the gradient of max pooling x with output gradient dy [n, oh, ow, c]. */
export function maxPoolGrad(
  x: usize, dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  const step = FLOAT * <usize>c;
  const row = step * w;
  let grads = dy;
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const fromY = max(0, y * strideH - top);
      const height = min(h, y * strideH - top + fh) - fromY;
      for (let z = 0; z < ow; z++) {
        const fromX = max(0, z * strideW - left);
        const width = min(w, z * strideW - left + fw) - fromX;
        const offset = FLOAT * <usize>(((image * h + fromY) * w + fromX) * c);
        let k: usize = 0;
        for (; k + 16 <= step; k += 16) maxStep(x + offset + k, dx + offset + k, grads + k, row, step, height, width, false);
        for (; k < step; k += 4) maxStep(x + offset + k, dx + offset + k, grads + k, row, step, height, width, true);
        grads += step;
      }
    }
  }
}

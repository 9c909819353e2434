/**
 * Loads, stores and sums of four floats. Where the number of channels is no multiple of four, the rest is done one
 * by one with the same instructions: `one` picks a single float or four.
 */
/** Positions that are summed in registers before they are added to the total: keeps float32 sums exact enough. */
export const BLOCK: usize = 128;

/** Bytes of a float32. */
export const FLOAT: usize = 4;

// @ts-ignore: decorator
@inline
export function get(at: usize, one: bool): v128 {
  return one ? v128.load32_zero(at) : v128.load(at);
}

// @ts-ignore: decorator
@inline
export function put(at: usize, value: v128, one: bool): void {
  if (one) v128.store_lane<f32>(at, value, 0);
  else v128.store(at, value);
}

// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/** a / b rounded up, 0 where a is negative: the first output position that a shifted window reaches. */
// @ts-ignore: decorator
@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

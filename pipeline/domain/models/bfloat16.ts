/**
 * Numbers at half the memory: the upper 16 bits of a float32 (bfloat16), which keep its range and two to three digits
 * of it. Features and weights to start from need no more: a training step changes them
 * by more than that.
 */

/** Rounded to the nearest, ties to even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/** Exact: every bfloat16 is a float32. */
export function fromBfloat16(bfloats: Uint16Array): Float32Array {
  const bits = new Uint32Array(bfloats.length);
  for (let i = 0; i < bfloats.length; i += 1) bits[i] = bfloats[i]! << 16;
  return new Float32Array(bits.buffer);
}

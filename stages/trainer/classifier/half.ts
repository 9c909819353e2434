/**
 * Numbers at half the memory: the upper 16 bits of a float32 (bfloat16), which keep its range and two to three digits
 * of it. Features need no more: a training step changes what is made of them by more than that.
 */

/** Rounded to the nearest, ties to even. */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

export function fromHalf(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

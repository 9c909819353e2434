/** The activations that simd/kernels/ applies while a row is in the cache; SiLU is ours (../silu.ts), the others tfjs-core's. */
const numbers: Partial<Record<string, number>> = { linear: 0, relu: 1, relu6: 2, silu: 3 };

/** The number that simd/kernels/ knows an activation by; undefined where it does not know it. */
export function activationNumber(name: string): number | undefined {
  return numbers[name];
}

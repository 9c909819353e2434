/**
 * Matrix products. tfjs' wasm kernel hands only plain products to XNNPACK and falls to a loop (2 GFLOP/s) where an
 * operand is transposed, as in every product's gradient.
 */
import { BatchMatMul, type BatchMatMulAttrs, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addresses, backendName, Scratch, wasmKernel } from './kernel.ts';
import { simdKernels } from './simd/load.ts';

/** tfjs' own kernel, kept before ours takes its place in the registry. */
const general = getKernel(BatchMatMul, backendName);

/** Gives `[..., m, n]` from a `[..., m, k]` and b `[..., k, n]`, each with its last two axes swapped where the attribute says so. */
export const batchMatMul = wasmKernel<BatchMatMulAttrs>(
  BatchMatMul,
  (backend, inputs, { transposeA, transposeB }) => {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo }; // this kernel's inputs by tfjs-core
    const scratch = new Scratch(backend);
    const left = transposeA ? swapLast(scratch, a) : a;
    const right = transposeB ? swapLast(scratch, b) : b;
    const [m, k] = left.shape.slice(-2) as [number, number]; // the op has checked the ranks
    const n = right.shape.at(-1)!;
    const batch = left.shape.slice(0, -2);
    let out: TensorInfo;
    if (util.arraysEqual(batch, right.shape.slice(0, -2))) {
      out = backend.makeOutput([...batch, m, n], 'float32');
      const [from, weights, to] = addresses(backend, left, right, out);
      const { matMul } = simdKernels(backend);
      for (let i = 0; i < util.sizeFromShape(batch); i++) {
        matMul(from + 4 * i * m * k, weights + 4 * i * k * n, 0, to + 4 * i * m * n, m, k, n, 0);
      }
    } else {
      const attrs = { transposeA: false, transposeB: false };
      out = general.kernelFunc({ inputs: { a: left, b: right }, backend, attrs }) as TensorInfo; // it has one output
    }
    scratch.free();
    return out;
  },
);

function swapLast(scratch: Scratch, x: TensorInfo): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  return scratch.run('Transpose', { x }, { perm });
}

/** SiLU, forward and backward, each in one pass over memory. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { siluGradKernel, siluKernel } from '../silu.ts';
import { addresses, wasmKernel } from './kernel.ts';
import { simdKernels } from './simd/load.ts';

/** Gives x * sigmoid(x), in x's shape. */
export const wasmSilu = wasmKernel(siluKernel, (backend, inputs) => {
  const { x } = inputs as { x: TensorInfo }; // as ../silu.ts calls it
  const y = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).silu(...addresses(backend, x, y), util.sizeFromShape(x.shape));
  return y;
});

/** Gives the gradient with respect to x, in x's shape. */
export const wasmSiluGrad = wasmKernel(siluGradKernel, (backend, inputs) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // as ../silu.ts calls it
  const dx = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).siluGrad(...addresses(backend, x, dy, dx), util.sizeFromShape(x.shape));
  return dx;
});

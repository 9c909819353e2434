/** SiLU, forward and backward, each in one pass over memory. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { siluGradKernel, siluKernel } from '../silu.ts';
import { addresses, wasmKernel } from './kernel.ts';
import { simdKernels } from './simd/load.ts';

// The inputs of each are as ../silu.ts calls it.

export const wasmSilu = wasmKernel(siluKernel, (backend, inputs) => {
  const { x } = inputs as { x: TensorInfo };
  const y = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).silu(...addresses(backend, x, y), util.sizeFromShape(x.shape));
  return y;
});

export const wasmSiluGrad = wasmKernel(siluGradKernel, (backend, inputs) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const dx = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).siluGrad(...addresses(backend, x, dy, dx), util.sizeFromShape(x.shape));
  return dx;
});

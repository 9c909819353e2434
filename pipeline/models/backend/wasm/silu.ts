/** SiLU and its fusion with a per-channel scale and bias, forward and backward, each in one pass over memory. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { scaledSiluGradKernel, scaledSiluKernel, siluGradKernel, siluKernel } from '../silu.ts';
import { addresses, wasmKernel, wasmKernelOfMany, zeros } from './kernel.ts';
import { simdKernels } from './simd/load.ts';

// The inputs of each are as ../silu.ts calls it.

export const silu = wasmKernel(siluKernel, (backend, inputs) => {
  const { x } = inputs as { x: TensorInfo };
  const y = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).silu(...addresses(backend, x, y), util.sizeFromShape(x.shape));
  return y;
});

export const siluGrad = wasmKernel(siluGradKernel, (backend, inputs) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const dx = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).siluGrad(...addresses(backend, x, dy, dx), util.sizeFromShape(x.shape));
  return dx;
});

export const scaledSilu = wasmKernel(scaledSiluKernel, (backend, inputs) => {
  const { x, scale, bias } = inputs as { x: TensorInfo; scale: TensorInfo; bias: TensorInfo };
  const y = backend.makeOutput(x.shape, 'float32');
  simdKernels(backend).scaledSilu(...addresses(backend, x, scale, bias, y), ...rowsAndChannels(x));
  return y;
});

export const scaledSiluGrad = wasmKernelOfMany(scaledSiluGradKernel, (backend, inputs) => {
  const { x, scale, bias, dy } = inputs as Record<'x' | 'scale' | 'bias' | 'dy', TensorInfo>;
  const dx = backend.makeOutput(x.shape, 'float32');
  const dScale = zeros(backend, scale.shape);
  const dBias = zeros(backend, bias.shape);
  const tensors = addresses(backend, x, scale, bias, dy, dx, dScale, dBias);
  simdKernels(backend).scaledSiluGrad(...tensors, ...rowsAndChannels(x));
  return [dx, dScale, dBias];
});

function rowsAndChannels({ shape }: TensorInfo): [number, number] {
  const channels = shape.at(-1) ?? 1;
  return [util.sizeFromShape(shape) / Math.max(1, channels), channels];
}

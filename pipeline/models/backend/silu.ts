/**
 * The SiLU activation (Elfwing, Uchibe and Doya 2017, arXiv 1702.03118), x * sigmoid(x), and its fusion with the
 * per-channel scale and bias of a frozen batch norm. On wasm each is one pass over memory, forward and backward,
 * where tfjs' own operations make two to four forward and a dozen backward.
 */
import {
  add,
  engine,
  FusedConv2D,
  fused,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  sigmoid,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

export const siluKernel = 'ShikaSilu';
export const siluGradKernel = 'ShikaSiluGrad';
export const scaledSiluKernel = 'ShikaScaledSilu';
export const scaledSiluGradKernel = 'ShikaScaledSiluGrad';

/** x * sigmoid(x), of any shape. */
export function silu<T extends Tensor>(x: T): T {
  if (getKernel(siluKernel, getBackend()) === undefined) return mul(x, sigmoid(x));
  return engine().runKernel(siluKernel, { x });
}

/** `silu(x * scale + bias)` for x `[..., channels]`, scale and bias `[channels]`. */
export function scaledSilu<T extends Tensor>(x: T, scale: Tensor, bias: Tensor): T {
  if (getKernel(scaledSiluKernel, getBackend()) === undefined) return silu(add(mul(x, scale), bias));
  return engine().runKernel(scaledSiluKernel, { x, scale, bias });
}

/**
 * `silu(conv2d(x, filter) + bias)` for inference, bias `[out]`; it has no gradient.
 * On wasm the activation is applied while the row just computed is in the cache.
 */
export function convSilu(
  x: Tensor4D,
  filter: Tensor4D,
  bias: Tensor1D,
  strides: number | [number, number],
  pad: 'same' | 'valid',
): Tensor4D {
  if (getKernel(siluKernel, getBackend()) === undefined) {
    return silu(fused.conv2d({ x, filter, strides, pad, bias }));
  }
  const attrs = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], activation: 'silu' };
  return engine().runKernel(FusedConv2D, { x, filter, bias }, attrs);
}

registerGradient({
  kernelName: siluKernel,
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => {
    const [x] = saved as [Tensor]; // the one saved
    return { x: () => engine().runKernel(siluGradKernel, { x, dy: dy as Tensor }) }; // the kernel has one output
  },
});

registerGradient({
  kernelName: scaledSiluKernel,
  inputsToSave: ['x', 'scale', 'bias'],
  gradFunc: (dy, saved) => {
    const [x, scale, bias] = saved as [Tensor, Tensor, Tensor]; // the three saved
    // All at once and not in the functions below: tfjs runs each of those in a tidy of its own.
    const inputs = { x, scale, bias, dy: dy as Tensor }; // the kernel has one output
    const [dx, dScale, dBias] = engine().runKernel<[Tensor, Tensor, Tensor]>(scaledSiluGradKernel, inputs);
    return { x: () => dx, scale: () => dScale, bias: () => dBias };
  },
});

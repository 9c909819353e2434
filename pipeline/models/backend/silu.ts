/**
 * The SiLU activation (Elfwing, Uchibe and Doya 2017, arXiv 1702.03118), x * sigmoid(x), and its fusion with the
 * per-channel scale and bias of a frozen batch norm. On wasm each is one pass over memory, forward and backward,
 * where tfjs' own operations make two to four forward and a dozen backward.
 */
import {
  add,
  customGrad,
  engine,
  FusedConv2D,
  FusedDepthwiseConv2D,
  fused,
  type GradSaveFunc,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  sigmoid,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';

export const siluKernel = 'ShikaSilu';
export const siluGradKernel = 'ShikaSiluGrad';
export const scaledSiluKernel = 'ShikaScaledSilu';
export const scaledSiluGradKernel = 'ShikaScaledSiluGrad';

/** x * sigmoid(x), of any shape; keeps only `x` for the way back. */
export function silu<T extends Tensor>(x: T): T {
  if (!isRegistered(siluKernel)) return composedSilu(x) as T; // same shape and type as its input
  return engine().runKernel(siluKernel, { x });
}

/** `silu(x * scale + bias)` for x `[..., channels]`, scale and bias `[channels]`. */
export function scaledSilu<T extends Tensor>(x: T, scale: Tensor, bias: Tensor): T {
  if (!isRegistered(scaledSiluKernel)) return silu(add(mul(x, scale), bias));
  return engine().runKernel(scaledSiluKernel, { x, scale, bias });
}

export interface Convolution {
  readonly x: Tensor4D;
  /** `[k, k, in, out]`, depthwise `[k, k, in, 1]` */
  readonly filter: Tensor4D;
  /** `[out]` */
  readonly bias: Tensor1D;
  readonly strides: number;
  readonly pad: 'same' | 'valid';
  readonly depthwise: boolean;
}

/**
 * `silu(convolution + bias)`. Where no gradient is asked for, wasm applies the activation while the row just computed
 * is in the cache.
 */
export function convSilu({ depthwise, ...convolution }: Convolution): Tensor4D {
  if (isRegistered(siluKernel) && engine().state.gradientDepth === 0) {
    const { x, filter, bias, strides, pad } = convolution;
    const attrs = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], activation: 'silu' };
    return engine().runKernel(depthwise ? FusedDepthwiseConv2D : FusedConv2D, { x, filter, bias }, attrs);
  }
  return silu(depthwise ? fused.depthwiseConv2d(convolution) : fused.conv2d(convolution));
}

function isRegistered(kernel: string): boolean {
  return getKernel(kernel, getBackend()) !== undefined;
}

const composedSilu = customGrad((input, save) => {
  const x = input as Tensor; // customGrad types its arguments as tensors or the save function
  (save as GradSaveFunc)([x]);
  return {
    value: mul(x, sigmoid(x)),
    gradFunc: (dy, saved) =>
      tidy(() => {
        const s = sigmoid(saved[0]!);
        return mul(dy, add(s, mul(mul(saved[0]!, s), sub(1, s))));
      }),
  };
});

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

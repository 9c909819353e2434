/** A convolution with bias and activation in as few operations as each backend has for it. */
import {
  type backend_util,
  engine,
  FusedConv2D,
  FusedDepthwiseConv2D,
  fused,
  getBackend,
  pad4d,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { hasSiluKernel, silu } from './silu.ts';

export type ConvActivation = 'silu' | 'relu' | 'relu6' | 'linear';
export type ConvPadding = 'same' | backend_util.ExplicitPadding;

/** What a convolution takes; pictures are `[n, h, w, channels]`. */
export interface Convolution {
  readonly x: Tensor4D;
  /** `[k, k, in, out]`, depthwise `[k, k, in, 1]` */
  readonly filter: Tensor4D;
  /** `[out]` */
  readonly bias: Tensor1D;
  readonly strides: number;
  readonly pad: ConvPadding;
  readonly depthwise: boolean;
  readonly activation: ConvActivation;
}

/** `[n, oh, ow, out]`, to be called in a `tidy`. */
export function convolve({ activation, depthwise, ...convolution }: Convolution): Tensor4D {
  const { x, filter, bias, strides, pad } = convolution;
  if (activation === 'silu' && hasSiluKernel() && engine().state.gradientDepth === 0) {
    // wasm applies it while the row just computed is in the cache.
    const attrs = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], activation };
    return engine().runKernel(depthwise ? FusedDepthwiseConv2D : FusedConv2D, { x, filter, bias }, attrs);
  }
  const convolve = depthwise ? fused.depthwiseConv2d : fused.conv2d;
  const options = {
    ...convolution,
    ...padding(x, pad),
    activation: activation === 'silu' ? 'linear' : activation,
  } as const;
  const y = convolve(options);
  return activation === 'silu' ? silu(y) : y;
}

/** tfjs-node 4.22 has no gradients of a convolution with explicit padding: on any backend but ours it is a copy. */
function padding(x: Tensor4D, pad: ConvPadding): { x: Tensor4D; pad: 'same' | 'valid' } {
  if (pad === 'same') return { x, pad };
  // As the plain convolutions, the fused ones take explicit padding; their type was not widened.
  if (getBackend() === 'wasm') return { x, pad: pad as unknown as 'valid' };
  return { x: pad4d(x, pad), pad: 'valid' };
}

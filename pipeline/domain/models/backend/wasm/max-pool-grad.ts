/**
 * The gradient of max pooling. tfjs' own wasm kernel loses the gradient of every window whose values are all
 * negative (it starts its search at the smallest positive float), and is slow.
 */
import { backend_util, MaxPoolGrad, type MaxPoolGradAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import { addresses, wasmKernel, zeros } from './kernel.ts';
import { channelwiseSizes, shape4D } from './picture.ts';
import { simdKernels } from './simd/load.ts';

/** Gives the input's shape `[n, h, w, c]` from dy `[n, oh, ow, c]`: each window's gradient goes to its first maximum. */
export const maxPoolGrad = wasmKernel<MaxPoolGradAttrs>(
  MaxPoolGrad,
  (backend, inputs, { filterSize, strides, pad, dimRoundingMode }) => {
    const { input, dy } = inputs as { input: TensorInfo; dy: TensorInfo }; // this kernel's inputs by tfjs-core
    const shape = shape4D(input.shape);
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const dx = zeros(backend, shape);
    simdKernels(backend).maxPoolGrad(...addresses(backend, input, dy, dx), ...channelwiseSizes(info));
    return dx;
  },
);

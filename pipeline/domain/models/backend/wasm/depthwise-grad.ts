/** The gradients of a depthwise convolution, which tfjs' wasm backend lacks. */
import {
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { addresses, wasmKernel, zeros } from './kernel.ts';
import { channelwiseSizes, convInfo, expectNoMultiplier } from './picture.ts';
import { simdKernels } from './simd/load.ts';

// tfjs-core refuses the gradient of a dilated depthwise convolution before it calls either of these.

/** Gives `[fh, fw, c, 1]` from x `[n, h, w, c]` and dy `[n, oh, ow, c]`. */
export const depthwiseBackpropFilter = wasmKernel<DepthwiseConv2dNativeBackpropFilterAttrs>(
  DepthwiseConv2dNativeBackpropFilter,
  (backend, inputs, attrs) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // this kernel's inputs by tfjs-core
    expectNoMultiplier(DepthwiseConv2dNativeBackpropFilter, attrs.filterShape);
    const info = convInfo(x.shape, attrs.filterShape, attrs, true);
    const dw = zeros(backend, attrs.filterShape);
    simdKernels(backend).depthwiseFilterGrad(...addresses(backend, x, dy, dw), ...channelwiseSizes(info));
    return dw;
  },
);

/** Gives `inputShape` `[n, h, w, c]` from dy `[n, oh, ow, c]` and filter `[fh, fw, c, 1]`. */
export const depthwiseBackpropInput = wasmKernel<DepthwiseConv2dNativeBackpropInputAttrs>(
  DepthwiseConv2dNativeBackpropInput,
  (backend, inputs, attrs) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }; // this kernel's inputs by tfjs-core
    expectNoMultiplier(DepthwiseConv2dNativeBackpropInput, filter.shape);
    const info = convInfo(attrs.inputShape, filter.shape, attrs, true);
    const dx = zeros(backend, attrs.inputShape);
    simdKernels(backend).depthwiseInputGrad(...addresses(backend, dy, filter, dx), ...channelwiseSizes(info));
    return dx;
  },
);

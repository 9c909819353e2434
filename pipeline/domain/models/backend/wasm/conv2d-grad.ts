/**
 * The gradients of a dense convolution. tfjs' wasm backend has none with respect to the filter, and a plain loop
 * (2 GFLOP/s) with respect to the input.
 */
import {
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { addresses, Scratch, wasmKernel, zeros } from './kernel.ts';
import { convInfo, denseSizes, expectChannelsLast, isPointwise } from './picture.ts';
import { simdKernels } from './simd/load.ts';

/** Gives `[filterHeight, filterWidth, in, out]` from x `[n, h, w, in]` and dy `[n, oh, ow, out]`. */
export const conv2dBackpropFilter = wasmKernel<Conv2DBackpropFilterAttrs>(
  Conv2DBackpropFilter,
  (backend, inputs, attrs) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }; // this kernel's inputs by tfjs-core
    expectChannelsLast(Conv2DBackpropFilter, attrs.dataFormat);
    const info = convInfo(x.shape, attrs.filterShape, attrs);
    const dw = zeros(backend, attrs.filterShape);
    const { convFilterGrad, outerProduct } = simdKernels(backend);
    const tensors = addresses(backend, x, dy, dw);
    if (isPointwise(info)) {
      const pixels = info.batchSize * info.outHeight * info.outWidth;
      outerProduct(...tensors, pixels, info.inChannels, info.outChannels);
    } else {
      convFilterGrad(...tensors, ...denseSizes(info));
    }
    return dw;
  },
);

/** Gives `inputShape` `[n, h, w, in]` from dy `[n, oh, ow, out]` and filter `[fh, fw, in, out]`. */
export const conv2dBackpropInput = wasmKernel<Conv2DBackpropInputAttrs>(
  Conv2DBackpropInput,
  (backend, inputs, attrs) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }; // this kernel's inputs by tfjs-core
    expectChannelsLast(Conv2DBackpropInput, attrs.dataFormat);
    const info = convInfo(attrs.inputShape, filter.shape, attrs);
    const scratch = new Scratch(backend);
    const turned = scratch.run('Transpose', { x: filter }, { perm: [0, 1, 3, 2] });
    const kernels = simdKernels(backend);
    let dx: TensorInfo;
    if (isPointwise(info)) {
      dx = backend.makeOutput(attrs.inputShape, 'float32');
      const [from, weights, to] = addresses(backend, dy, turned, dx);
      const pixels = info.batchSize * info.outHeight * info.outWidth;
      kernels.matMul(from, weights, 0, to, pixels, info.outChannels, info.inChannels, 0);
    } else {
      dx = zeros(backend, attrs.inputShape);
      kernels.convInputGrad(...addresses(backend, dy, turned, dx), ...denseSizes(info));
    }
    scratch.free();
    return dx;
  },
);

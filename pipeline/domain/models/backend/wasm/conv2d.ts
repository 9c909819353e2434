/**
 * Dense convolutions forward, plain and fused with bias and activation. XNNPACK's, which tfjs calls, multiplies and
 * adds in two instructions; simd/kernels/ uses the fused one of "relaxed SIMD", which tfjs' module was built before.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  Conv2D,
  type Conv2DAttrs,
  FusedConv2D,
  type FusedConv2DAttrs,
  getKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { activationNumber } from './activation.ts';
import { addresses, backendName, wasmKernel } from './kernel.ts';
import { type ConvAttrs, convInfo, denseSizes, isPointwise } from './picture.ts';
import { simdKernels } from './simd/load.ts';

/** tfjs' own kernels, kept before ours take their places in the registry. */
const plain = getKernel(Conv2D, backendName);
const fused = getKernel(FusedConv2D, backendName);

/** Whether simd/kernels/ can do it: no dilation, channels last. */
function fits({ dataFormat, dilations }: Pick<Conv2DAttrs, 'dataFormat' | 'dilations'>): boolean {
  return dataFormat === 'NHWC' && [dilations].flat().every((dilation) => dilation === 1);
}

function convolve(
  backend: BackendWasm,
  { x, filter, bias }: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo | undefined },
  attrs: ConvAttrs,
  activation: number,
): TensorInfo {
  const info = convInfo(x.shape, filter.shape, attrs);
  const out = backend.makeOutput(info.outShape, 'float32');
  const [from, weights, to] = addresses(backend, x, filter, out);
  const offset = bias === undefined ? 0 : backend.getMemoryOffset(bias.dataId);
  const { conv, matMul } = simdKernels(backend);
  if (isPointwise(info)) {
    const pixels = info.batchSize * info.outHeight * info.outWidth;
    matMul(from, weights, offset, to, pixels, info.inChannels, info.outChannels, activation);
  } else {
    conv(from, weights, offset, to, ...denseSizes(info), activation);
  }
  return out;
}

/** Gives `[n, oh, ow, out]` from x `[n, h, w, in]` and filter `[fh, fw, in, out]`. */
export const conv2d = wasmKernel<Conv2DAttrs>(Conv2D, (backend, inputs, attrs) => {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo }; // this kernel's inputs by tfjs-core
  if (!fits(attrs)) return plain.kernelFunc({ inputs, backend, attrs: { ...attrs } }) as TensorInfo; // it has one output
  return convolve(backend, { x, filter }, attrs, 0);
});

/** The same with bias `[out]` added and an activation applied. */
export const fusedConv2d = wasmKernel<FusedConv2DAttrs>(FusedConv2D, (backend, inputs, attrs) => {
  const { x, filter, bias } = inputs as { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo }; // by tfjs-core
  const activation = activationNumber(attrs.activation);
  if (activation === undefined || !fits(attrs)) {
    return fused.kernelFunc({ inputs, backend, attrs: { ...attrs } }) as TensorInfo; // it has one output
  }
  return convolve(backend, { x, filter, bias }, attrs, activation);
});

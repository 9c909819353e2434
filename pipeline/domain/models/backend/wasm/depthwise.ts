/** Depthwise convolutions forward, plain and fused with bias and activation; for the reason see conv2d.ts. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  DepthwiseConv2dNative,
  type DepthwiseConv2dNativeAttrs,
  FusedDepthwiseConv2D,
  type FusedDepthwiseConv2DAttrs,
  getKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { activationNumber } from './activation.ts';
import { addresses, backendName, wasmKernel } from './kernel.ts';
import { type ConvAttrs, channelwiseSizes, convInfo } from './picture.ts';
import { simdKernels } from './simd/load.ts';

/** tfjs' own kernels, kept before ours take their places in the registry. */
const plain = getKernel(DepthwiseConv2dNative, backendName);
const fused = getKernel(FusedDepthwiseConv2D, backendName);

interface Operands {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo | undefined;
}

/** Whether simd/kernels/ can do it: no dilation, no channel multiplier. */
function fits({ filter }: Operands, { dilations }: { dilations?: number | number[] | null }): boolean {
  return filter.shape[3] === 1 && [dilations ?? 1].flat().every((dilation) => dilation === 1);
}

function convolve(
  backend: BackendWasm,
  { x, filter, bias }: Operands,
  attrs: ConvAttrs,
  activation: number,
): TensorInfo {
  const info = convInfo(x.shape, filter.shape, attrs, true);
  const out = backend.makeOutput(info.outShape, 'float32');
  const [from, weights, to] = addresses(backend, x, filter, out);
  const offset = bias === undefined ? 0 : backend.getMemoryOffset(bias.dataId);
  simdKernels(backend).depthwise(from, weights, offset, to, ...channelwiseSizes(info), activation);
  return out;
}

/** Gives `[n, oh, ow, c]` from x `[n, h, w, c]` and filter `[fh, fw, c, 1]`. */
export const depthwise = wasmKernel<DepthwiseConv2dNativeAttrs>(
  DepthwiseConv2dNative,
  (backend, inputs, attrs) => {
    const operands = inputs as unknown as Operands; // this kernel's inputs by tfjs-core
    if (fits(operands, attrs)) return convolve(backend, operands, attrs, 0);
    return plain.kernelFunc({ inputs, backend, attrs: { ...attrs } }) as TensorInfo; // it has one output
  },
);

/** The same with bias `[c]` added and an activation applied. */
export const fusedDepthwise = wasmKernel<FusedDepthwiseConv2DAttrs>(
  FusedDepthwiseConv2D,
  (backend, inputs, attrs) => {
    const operands = inputs as unknown as Operands; // this kernel's inputs by tfjs-core
    const activation = activationNumber(attrs.activation);
    if (activation !== undefined && fits(operands, attrs)) {
      return convolve(backend, operands, attrs, activation);
    }
    return fused.kernelFunc({ inputs, backend, attrs: { ...attrs } }) as TensorInfo; // it has one output
  },
);

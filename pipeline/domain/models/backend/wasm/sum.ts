/**
 * Sums over all axes but the channels', as in the gradient of every bias and scale: tfjs' wasm kernel transposes
 * the whole tensor first.
 */
import { getKernel, Sum, type SumAttrs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addresses, backendName, wasmKernel, zeros } from './kernel.ts';
import { simdKernels } from './simd/load.ts';

/** tfjs' own kernel, kept before ours takes its place in the registry. */
const general = getKernel(Sum, backendName);

/** Gives the sums over the attribute's axes. */
export const sum = wasmKernel<SumAttrs>(Sum, (backend, inputs, attrs) => {
  const { x } = inputs as { x: TensorInfo }; // this kernel's input by tfjs-core
  const last = x.shape.length - 1;
  const axes = util.parseAxisParam(attrs.axis, x.shape).sort((a, b) => a - b);
  const leading = last > 0 && axes.length === last && axes.every((axis, i) => axis === i);
  if (x.dtype !== 'float32' || !leading) {
    const spread = { axis: attrs.axis, keepDims: attrs.keepDims };
    return general.kernelFunc({ inputs, backend, attrs: spread }) as TensorInfo; // it has one output
  }
  const channels = x.shape[last]!;
  const out = zeros(backend, attrs.keepDims ? [...axes.map(() => 1), channels] : [channels]);
  const rows = util.sizeFromShape(x.shape) / Math.max(1, channels);
  simdKernels(backend).sumRows(...addresses(backend, x, out), rows, channels);
  return out;
});

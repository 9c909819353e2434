/**
 * Copies that need not be: tfjs' wasm backend copies all values in `clone` (which saves every operation's inputs
 * for its gradient) and in a cast to the same type. Tensors never change, so another reference will do, as in
 * tfjs' other backends.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Cast, type CastAttrs, getKernel, Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import { backendName, wasmKernel } from './kernel.ts';

/** tfjs' own kernel, kept before ours takes its place in the registry. */
const convert = getKernel(Cast, backendName);

/** Another reference to the tensor's values. */
export function shareMemory(backend: BackendWasm, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

/** Gives x without a copy. */
export const identity = wasmKernel(Identity, (backend, inputs) => {
  const { x } = inputs as { x: TensorInfo }; // this kernel's input by tfjs-core
  return shareMemory(backend, x);
});

/** Gives x without a copy where it has the type already. */
export const cast = wasmKernel<CastAttrs>(Cast, (backend, inputs, { dtype }) => {
  const { x } = inputs as { x: TensorInfo }; // this kernel's input by tfjs-core
  if (x.dtype === dtype && dtype !== 'string') return shareMemory(backend, x);
  return convert.kernelFunc({ inputs, backend, attrs: { dtype } }) as TensorInfo; // it has one output
});

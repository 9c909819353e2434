/**
 * What every kernel file of this folder is written with: a typed way to declare a kernel of the wasm backend,
 * to call its other kernels, and to look at tensors in its memory.
 *
 * A kernel gets `TensorInfo`s (a handle, a shape, a dtype), never `Tensor`s: what it makes on the way it must
 * free itself, which {@link Scratch} does.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { getKernel, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';

/** tfjs' name of the backend. */
export const backendName = 'wasm';

type Inputs = Readonly<Record<string, TensorInfo>>;

/** Declares a kernel; `Attrs` is the interface of that kernel's attributes in tfjs-core (`…Attrs`). */
export function wasmKernel<Attrs extends object>(
  kernelName: string,
  compute: (backend: BackendWasm, inputs: Inputs, attrs: Attrs) => TensorInfo,
): KernelConfig {
  return wasmKernelOfMany(kernelName, compute);
}

/** {@link wasmKernel} for a kernel with several outputs. */
export function wasmKernelOfMany<Attrs extends object>(
  kernelName: string,
  compute: (backend: BackendWasm, inputs: Inputs, attrs: Attrs) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) =>
      // tfjs types all three loosely because its registry holds every backend's kernels; what arrives under
      // this kernel's name and `backendName` is of these types by tfjs-core's contract.
      compute(backend as BackendWasm, inputs as Inputs, (attrs ?? {}) as unknown as Attrs),
  };
}

/** Runs other kernels of the backend, and frees what they made. */
export class Scratch {
  readonly #backend: BackendWasm;
  #made: TensorInfo[] = [];

  constructor(backend: BackendWasm) {
    this.#backend = backend;
  }

  /** Runs a kernel that has one output. */
  run(kernelName: string, inputs: Inputs, attrs: object = {}): TensorInfo {
    const result = getKernel(kernelName, backendName).kernelFunc({
      inputs,
      backend: this.#backend,
      attrs: attrs as NamedAttrMap, // an attributes interface of tfjs-core, which has no index signature
    });
    const made = Array.isArray(result) ? result[0] : result;
    if (made === undefined) throw new Error(`kernel ${kernelName} gave no output`);
    this.#made.push(made);
    return made;
  }

  free(): void {
    for (const { dataId } of this.#made) this.#backend.disposeData(dataId);
    this.#made = [];
  }
}

/**
 * A tensor's values in the wasm memory, without a copy. Any allocation may grow and so detach that memory:
 * allocate first, look afterwards.
 */
export function floats(backend: BackendWasm, x: TensorInfo): Float32Array {
  const view = backend.typedArrayFromHeap(x);
  if (!(view instanceof Float32Array)) throw new Error(`expected a float32 tensor, found ${x.dtype}`);
  return view;
}

/** Where tensors begin in the wasm memory, in bytes: what simd/kernels/ takes. */
export function addresses<T extends TensorInfo[]>(
  backend: BackendWasm,
  ...tensors: T
): { [K in keyof T]: number } {
  return tensors.map(({ dataId }) => backend.getMemoryOffset(dataId)) as { [K in keyof T]: number }; // one for each
}

/** A float32 tensor of zeros, for a kernel that adds to it. */
export function zeros(backend: BackendWasm, shape: number[]): TensorInfo {
  const made = backend.makeOutput(shape, 'float32');
  floats(backend, made).fill(0);
  return made;
}

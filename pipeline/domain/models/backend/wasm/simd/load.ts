/** Runs kernels.wasm on the memory of tfjs' wasm backend. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { FatalError } from '../../../../../runtime/errors.ts';

type Kernel = (...addressesAndSizes: number[]) => void;

/** What kernels/index.as exports; comments there say what each does and takes. */
export interface SimdKernels {
  readonly silu: Kernel;
  readonly siluGrad: Kernel;
  readonly sumRows: Kernel;
  readonly outerProduct: Kernel;
  readonly convFilterGrad: Kernel;
  readonly depthwiseFilterGrad: Kernel;
  readonly maxPoolGrad: Kernel;
  readonly matMul: Kernel;
  readonly conv: Kernel;
  readonly convInputGrad: Kernel;
  readonly copyRows: Kernel;
  readonly depthwise: Kernel;
  readonly depthwiseInputGrad: Kernel;
}

/** The custom section of kernels.wasm that says from which sources it was made. */
export const sourceSection = 'source-sha256';

/** Of the AssemblyScript sources. */
export const sourceFolder = join(import.meta.dirname, 'kernels');

/** The names of the sources, in a fixed order. */
export function sourceFiles(): string[] {
  return readdirSync(sourceFolder)
    .filter((name) => name.endsWith('.as'))
    .sort();
}

/** SHA-256 of the sources, in hex. */
export function sourceDigest(): string {
  const hash = createHash('sha256');
  for (const name of sourceFiles()) hash.update(name).update(readFileSync(join(sourceFolder, name)));
  return hash.digest('hex');
}

/** The compiled kernels. */
export function simdModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(join(import.meta.dirname, 'kernels.wasm')));
}

const running = new WeakMap<BackendWasm, SimdKernels>();

/** The kernels on that backend's memory. */
export function simdKernels(backend: BackendWasm): SimdKernels {
  let kernels = running.get(backend);
  if (kernels === undefined) {
    const instance = new WebAssembly.Instance(simdModule(), { env: { memory: memoryOf(backend) } });
    kernels = instance.exports as unknown as SimdKernels; // compiled from kernels/index.as, which exports just these
    running.set(backend, kernels);
  }
  return kernels;
}

/** Emscripten keeps its module's exports in `asm`; tfjs' types leave that out. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const { asm } = backend.wasm as unknown as { asm?: Record<string, unknown> }; // checked next
  const memory = asm?.memory;
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new FatalError("tfjs' wasm module does not export its memory", { expected: 'version 4.22.0' });
  }
  return memory;
}

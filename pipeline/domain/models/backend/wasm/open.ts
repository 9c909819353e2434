/** Loads tfjs' wasm backend from its npm package and completes it for training. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
// For its side effects: in Node, tfjs-core alone registers no gradients; only the union package does.
import '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { FatalError } from '../../../../runtime/errors.ts';
import { registerTrainingKernels } from './register.ts';

/** Makes wasm tfjs' global backend, with all its kernels. Gives its name and version. */
export async function openWasm(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(join(dirname(entry), 'dist') + sep);
  if (!(await setBackend('wasm'))) throw new FatalError('the wasm backend did not start');
  // After the start, which sets up tfjs' own kernels: some of ours stand in front of them.
  registerTrainingKernels();
  return `@tensorflow/tfjs-backend-wasm ${version_wasm}`;
}

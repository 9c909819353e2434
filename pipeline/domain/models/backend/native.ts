/**
 * Loads TensorFlow's own library through `@tensorflow/tfjs-node` or `-gpu`, where its binding is there.
 *
 * Both are optional: npm brings their JavaScript, `make native` builds the binding (deploy/native/).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { backend as currentBackend, engine, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { FatalError, reasonOf } from '../../../runtime/errors.ts';

export type NativeName = 'gpu' | 'native';

/** How many of the processor's cores one process computes with. */
export type Cores = 'one' | 'all';

const packages: Record<NativeName, string> = {
  gpu: '@tensorflow/tfjs-node-gpu',
  native: '@tensorflow/tfjs-node',
};

/** N-API 8 is the newest that tfjs-node's package.json lists, and so where its loader looks in Node 22. */
const bindingFile = 'lib/napi-v8/tfjs_binding.node';

/** The devices that an NVIDIA driver makes: on Linux, and inside Windows' WSL. */
const gpuDevices = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg'];

/** Why a native backend is not available, in words that follow "gpu: " or "native: "; undefined where it seems there. */
export function missing(name: NativeName): string | undefined {
  if (name === 'gpu' && !gpuDevices.some((device) => existsSync(device))) return 'no NVIDIA GPU here';
  const folder = packageFolder(name);
  if (folder === undefined) return `${packages[name]} is not installed`;
  if (!existsSync(join(folder, bindingFile)))
    return `the binding of ${packages[name]} is not built (make native)`;
  return undefined;
}

/**
 * Loads the binding and makes it tfjs' backend.
 * @returns why it did not work, or undefined where it did. The process keeps what was loaded either way.
 */
export async function loadNative(name: NativeName, cores: Cores = 'all'): Promise<string | undefined> {
  const absent = missing(name);
  if (absent !== undefined) return absent;
  setDefaults(cores);
  let found: TensorFlowPackage;
  try {
    found = await withoutDeprecations(() => import(packages[name]));
  } catch (error) {
    engine().removeBackend('tensorflow');
    return `${packages[name]} did not load: ${reasonOf(error)}`;
  }
  const loaded: object = currentBackend();
  const onGpu = 'isUsingGpuDevice' in loaded && loaded.isUsingGpuDevice === true;
  if (name === 'gpu' && !onGpu) return 'TensorFlow sees no usable GPU (driver or CUDA libraries missing)';
  tensorflow = found;
  return undefined;
}

/** libtensorflow reads these once, when it is loaded. What the user has set stays. */
function setDefaults(cores: Cores): void {
  const { env } = process;
  env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // no banners
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // no grabbing of the whole GPU
  env.TF_ENABLE_ONEDNN_OPTS ??= '1'; // TensorFlow's default leaves it off on processors without AVX-512 VNNI
  if (cores === 'all') return;
  env.TF_NUM_INTRAOP_THREADS ??= '1';
  env.TF_NUM_INTEROP_THREADS ??= '1';
}

/** A graph in a TensorFlow session: one float32 tensor in, some out, in the order of the graph's outputs. */
export interface SavedModel {
  predict(inputs: Tensor[]): Tensor[];
  dispose(): void;
}

/** Of what tfjs-node and tfjs-node-gpu export, what is used here; both may be missing, so their types are not asked for. */
interface TensorFlowPackage {
  readonly node: { loadSavedModel(folder: string): Promise<SavedModel> };
}

/** What was loaded, once {@link loadNative} has succeeded. */
let tensorflow: TensorFlowPackage | undefined;

/** Whether the backend in use is TensorFlow's library, which runs whole graphs. */
export function runsGraphs(): boolean {
  return tensorflow !== undefined && getBackend() === 'tensorflow';
}

/** @throws FatalError where neither `native` nor `gpu` is open */
export async function loadSavedModel(folder: string): Promise<SavedModel> {
  if (!tensorflow) throw new FatalError('a saved model needs backend native or gpu');
  return tensorflow.node.loadSavedModel(folder);
}

/** The installed version of the package behind a native backend. */
export function nativeVersion(name: NativeName): string {
  const found: unknown = createRequire(import.meta.url)(`${packages[name]}/package.json`);
  const version =
    typeof found === 'object' && found !== null && 'version' in found ? found.version : 'unknown';
  return `${packages[name]} ${String(version)}`;
}

function packageFolder(name: NativeName): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packages[name]}/package.json`));
  } catch {
    return undefined;
  }
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined` (DEP0051) on every op; Node's warning helps nobody here. */
async function withoutDeprecations<T>(load: () => Promise<T>): Promise<T> {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return await load();
  } finally {
    if (before !== undefined) process.noDeprecation = before;
  }
}

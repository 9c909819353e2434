/**
 * Loads TensorFlow's own library through `@tensorflow/tfjs-node` or `-gpu`, where its binding is there.
 *
 * Both are optional: npm brings their JavaScript, `make native` builds the binding (deploy/native/).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { backend as currentBackend, engine } from '@tensorflow/tfjs-core';
import { reasonOf } from '../../errors.ts';

export type NativeName = 'gpu' | 'native';

const packages: Record<NativeName, string> = {
  gpu: '@tensorflow/tfjs-node-gpu',
  native: '@tensorflow/tfjs-node',
};

/** N-API 8 is the newest that tfjs-node's package.json lists, and so where its loader looks in Node 22. */
const bindingFile = 'lib/napi-v8/tfjs_binding.node';

/** The devices that an NVIDIA driver makes: on Linux, and inside Windows' WSL. */
const gpuDevices = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg'];

/** Why a native backend can't be had, in words that follow "gpu: " or "native: "; undefined where it seems there. */
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
export async function loadNative(name: NativeName): Promise<string | undefined> {
  const absent = missing(name);
  if (absent !== undefined) return absent;
  // libtensorflow reads these once, when it is loaded: no banners, and no grabbing of the whole GPU.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  try {
    await withoutDeprecations(() => import(packages[name]));
  } catch (error) {
    engine().removeBackend('tensorflow');
    return `${packages[name]} did not load: ${reasonOf(error)}`;
  }
  const loaded: object = currentBackend();
  const onGpu = 'isUsingGpuDevice' in loaded && loaded.isUsingGpuDevice === true;
  if (name === 'gpu' && !onGpu) return 'TensorFlow sees no usable GPU (driver or CUDA libraries missing)';
  return undefined;
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
async function withoutDeprecations(load: () => Promise<unknown>): Promise<void> {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    await load();
  } finally {
    if (before !== undefined) process.noDeprecation = before;
  }
}

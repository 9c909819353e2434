/**
 * The one place that decides what computes: an NVIDIA GPU, TensorFlow's CPU library, or WebAssembly.
 * Everything else imports `@tensorflow/tfjs-core` after {@link openBackend} and does not know which it is.
 */
import { FatalError } from '../../../runtime/errors.ts';
import { type Cores, loadNative, type NativeName, nativeVersion } from './native.ts';

export type BackendName = 'gpu' | 'native' | 'wasm';
export type BackendPreference = 'auto' | BackendName;

/** The backend that was opened. */
export interface Backend {
  readonly name: BackendName;
  /** What computes, e.g. `@tensorflow/tfjs-backend-wasm 4.22.0`. */
  readonly version: string;
  /** One line for the log: why this one and not a faster one. */
  readonly reason: string;
}

/** The first call's answer: libtensorflow can be loaded once in a process and the global backend is one. */
let opened: Promise<Backend> | undefined;

/**
 * Loads a backend and makes it tfjs' global one; `auto` takes the fastest that is there.
 * Later calls give the first one's answer.
 * @param cores `one` where there are as many such processes as cores; wasm never has more
 * @throws FatalError where the preference is not available, or an earlier call opened another.
 */
export async function openBackend(preference: BackendPreference, cores: Cores = 'all'): Promise<Backend> {
  opened ??= open(preference, cores);
  const backend = await opened;
  if (preference !== 'auto' && preference !== backend.name) {
    throw new FatalError(`backend ${preference} was asked for after ${backend.name} had been opened`, {
      expected: 'one backend in a process',
    });
  }
  return backend;
}

async function open(preference: BackendPreference, cores: Cores): Promise<Backend> {
  if (preference === 'wasm') return wasm('asked for');
  if (preference !== 'auto') {
    const fault = await loadNative(preference, cores);
    if (fault === undefined) return native(preference, 'asked for');
    throw new FatalError(`backend ${preference} is not available: ${fault}`, {
      expected: remedy(preference),
    });
  }
  const faults: string[] = [];
  for (const name of ['gpu', 'native'] as const) {
    const fault = await loadNative(name, cores);
    if (fault === undefined) return native(name, ['fastest here', ...faults].join('; '));
    faults.push(`${name}: ${fault}`);
  }
  return wasm(faults.join('; '));
}

function native(name: NativeName, reason: string): Backend {
  return { name, version: nativeVersion(name), reason };
}

async function wasm(reason: string): Promise<Backend> {
  // Loaded only here: a native process needs neither the wasm module nor its kernels.
  const { openWasm } = await import('./wasm/open.ts');
  return { name: 'wasm', version: await openWasm(), reason };
}

function remedy(name: NativeName): string {
  return name === 'gpu'
    ? 'an NVIDIA GPU with its driver, and `deploy/native/build.sh --gpu`; or backend auto'
    : '`make native` to have been run; or backend auto';
}

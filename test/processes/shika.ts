/** Runs the command line as a user does: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const COMMAND = resolve(import.meta.dirname, '../../pipeline/app/cli/shika.ts');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output, which `--json` makes the result. */
  readonly result: unknown;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** Starts a command; tests compute on wasm, which is everywhere and gives the same numbers each time. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const fixed = {
    SHIKA_DETECTOR_BACKEND: 'wasm',
    SHIKA_TRAINER_BACKEND: 'wasm',
    SHIKA_EXPLAINER_BACKEND: 'wasm',
  };
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NATS_URL'));
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...inherited, ...fixed, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<Ran>((done) => {
    child.once('close', (code) => done({ code, stdout, stderr, result: lastJson(stdout) }));
  });
  return { child, ended };
}

export function shika(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran> {
  return start(args, env).ended;
}

function lastJson(text: string): unknown {
  try {
    return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

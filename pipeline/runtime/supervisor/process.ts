/** A child process that is supervised: started again when it dies, stopped gently. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '../log/log.ts';
import { type Metrics, metricsOf } from '../metrics/gather.ts';
import { backoffMs } from '../retry.ts';
import { LogFile } from './log-file.ts';

export interface ProcessSpec {
  /** E.g. `detector-1`, shown in logs. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Its standard error is appended here. */
  readonly logFile: string;
  /** Exit codes that mean that starting it again can't help. */
  readonly finalCodes: readonly number[];
  /** A descriptor of this process that it inherits, e.g. a lock that it is to hold. */
  readonly inherits?: number;
  /** Told what it writes to standard error. */
  readonly onOutput?: (text: string) => void;
}

/** One that lived for so long is started again as if it were the first time. */
const SHORTEST_LIFE_MS = 10_000;
const RESTART_BACKOFF = { firstMs: 500, longestMs: 15_000 };
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 20_000;

export class SupervisedProcess {
  readonly #spec: ProcessSpec;
  readonly #log: Logger;
  readonly #sink: LogFile;
  readonly #onGivenUp: (reason: string) => void;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Short lives in a row. */
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;
  #lastLines = '';
  #starts = 0;

  /** @param onGivenUp called once, where it exits with a code that is final */
  constructor(spec: ProcessSpec, log: Logger, onGivenUp: (reason: string) => void) {
    this.#spec = spec;
    this.#log = log;
    this.#onGivenUp = onGivenUp;
    this.#sink = new LogFile(spec.logFile);
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get name(): string {
    return this.#spec.name;
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  /** What it counts, where it is a stage; none where it is not there now. */
  async metrics(): Promise<Metrics> {
    return this.#child ? metricsOf(this.#child) : [];
  }

  /** SIGTERM, and SIGKILL for one that does not listen. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#child?.kill('SIGTERM');
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), GRACE_MS);
    await this.#exited;
    clearTimeout(late);
    this.#sink.close();
  }

  /** Ends it, so that it is started again: SIGTERM, and SIGKILL where that does not end it in `graceMs`. */
  async restart(graceMs: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(late);
  }

  #start(): void {
    const { name, command, args, env, inherits = 'ignore' } = this.#spec;
    const started = Date.now();
    this.#starts += 1;
    const child = spawn(command, [...args], {
      env: { ...process.env, ...env },
      // The channel closes when this process dies, however it dies: the child then stops by itself.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', inherits],
      // Ctrl-C is for the command, which stops its processes in their order; the server would go first otherwise.
      detached: true,
    });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#sink.write(chunk);
      this.#spec.onOutput?.(chunk.toString());
      this.#lastLines = `${this.#lastLines}${chunk}`.slice(-4_000);
    });
    this.#exited = new Promise((resolve) => {
      let over = false;
      const end = (code: number | null, why: string) => {
        if (over) return;
        over = true;
        resolve();
        if (!this.#stopping) this.#again(code, why, Date.now() - started);
      };
      child.once('error', (error) => end(null, error.message));
      child.once('exit', (code, signal) => end(code, signal ?? `code ${code}`));
    });
    this.#log.debug({ process: name, pid: child.pid }, 'started');
  }

  #again(code: number | null, why: string, livedMs: number): void {
    const { name, finalCodes } = this.#spec;
    if (code !== null && finalCodes.includes(code)) {
      this.#onGivenUp(`${name} stopped with ${why}: ${lastReason(this.#lastLines)}`);
      return;
    }
    this.#failures = livedMs > SHORTEST_LIFE_MS ? 0 : this.#failures + 1;
    const delayMs = this.#failures === 0 ? 0 : backoffMs(this.#failures, RESTART_BACKOFF);
    this.#log.warn({ process: name, why, delayMs }, 'died; starting it again');
    this.#restart = setTimeout(() => this.#start(), delayMs);
  }
}

/** The reason in the last log line, where it is one of ours. */
function lastReason(lines: string): string {
  const last = lines.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { why, msg } = JSON.parse(last) as { why?: string; msg?: string }; // a log line of our own schema
    return why ?? msg ?? last;
  } catch {
    return last;
  }
}

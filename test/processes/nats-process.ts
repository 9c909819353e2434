/** A nats-server for tests: on loopback without a password, from a binary or a container image, and killable. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { NatsProvider } from '../../pipeline/runtime/supervisor/nats-server.ts';

export interface NatsProcessOptions {
  /** Holds the store (`jetstream/`) and the configuration that is written (`nats.conf`). */
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
  /** More lines of nats-server's configuration, e.g. an `authorization` block. */
  readonly config?: string;
}

/** Largest message: frames stay below 300 KiB, model files go in chunks, a person may allow larger frames. */
const MAX_PAYLOAD = '8MB';

export class NatsProcess {
  readonly url: string;
  readonly port: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #container: string | undefined;

  private constructor(child: ChildProcess, port: number, container: string | undefined) {
    this.#child = child;
    this.#container = container;
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
    this.exited = new Promise((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
  }

  /**
   * Starts a server and waits until it says that it is ready.
   * @throws with the end of its log where it ends before
   */
  static async start(
    provider: Exclude<NatsProvider, { kind: 'url' }>,
    { folder, port, config = '' }: NatsProcessOptions,
  ): Promise<NatsProcess> {
    const home = resolve(folder);
    await mkdir(home, { recursive: true });
    const chosen = port ?? (await freePort());
    const file = join(home, 'nats.conf');
    await writeFile(file, natsConfig({ port: chosen, store: join(home, 'jetstream'), config }));
    const container = provider.kind === 'docker' ? `shika-nats-${chosen}-${process.pid}` : undefined;
    const [command, args] =
      provider.kind === 'docker'
        ? ['docker', dockerArguments(provider.image, container ?? '', home, file)]
        : [provider.path, ['-c', file]];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const output = outputOf(child);
    const server = new NatsProcess(child, chosen, container);
    if (await Promise.race([output.ready, server.exited.then(() => false)])) return server;
    throw new Error(`nats-server did not start on port ${chosen}: ${output.tail() || 'it wrote nothing'}`);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Lets it write what it has and end. */
  async stop(): Promise<void> {
    await this.#signal('SIGTERM');
  }

  /** `kill -9`: for tests of what survives it. */
  async kill(): Promise<void> {
    await this.#signal('SIGKILL');
  }

  /** For `process.on('exit')`, where nothing can be waited for. */
  killNow(): void {
    if (this.#container)
      spawn('docker', ['rm', '-f', this.#container], { detached: true, stdio: 'ignore' }).unref();
    else this.#child.kill('SIGKILL');
  }

  async #signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.#container) {
      await promisify(execFile)('docker', ['kill', '-s', signal, this.#container]).catch(() => {});
    } else {
      this.#child.kill(signal);
    }
    await this.exited;
  }
}

/** What a server of a test runs with; `config`: more lines. */
export function natsConfig({ port, store, config }: { port: number; store: string; config: string }): string {
  const listen = `listen: "127.0.0.1:${port}"`;
  return [listen, `max_payload: ${MAX_PAYLOAD}`, `jetstream { store_dir: "${store}" }`, config, ''].join(
    '\n',
  );
}

function dockerArguments(image: string, name: string, home: string, file: string): string[] {
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  return [
    'run',
    '--rm',
    '--name',
    name,
    ...user,
    '--network',
    'host',
    '-v',
    `${home}:${home}`,
    image,
    '-c',
    file,
  ];
}

/** What a server writes to standard error: when it is ready for clients, and its last lines for when it ends too early. */
function outputOf(child: ChildProcess): { ready: Promise<true>; tail: () => string } {
  let text = '';
  const ready = new Promise<true>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-2_000);
      if (text.includes('Server is ready')) resolve(true);
    });
  });
  return { ready, tail: () => text.trim().split('\n').slice(-3).join(' | ') };
}

/** The server greets with INFO as soon as it is ready for clients. */
export function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const end = (result: boolean) => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('end', () => end(false));
    socket.once('data', (greeting) => end(greeting.toString().startsWith('INFO')));
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, failed) => probe.once('error', failed).listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

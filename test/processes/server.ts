/**
 * A real nats-server for a test, its own: on a free port, with a store that goes when the test ends.
 * `SHIKA_TEST_NATS` names the binary to test against, e.g. the newest version; otherwise what this machine has.
 * `SHIKA_TEST_SERVER=container` puts it into a container, see `test/bus/container.test.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type NatsProvider,
  provideNatsServer,
  versionOf,
} from '../../pipeline/runtime/supervisor/nats-server.ts';
import { NatsProcess } from './nats-process.ts';

export interface TestServer {
  readonly url: string;
  /** E.g. `2.9.10`. */
  readonly version: string;
  /** `kill -9`, and no server until {@link TestServer.restart}. */
  kill(): Promise<void>;
  /** `kill -9`, then a new process on the same store and port. */
  restart(): Promise<void>;
  /** Ends it and deletes its store. */
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** More lines of nats-server's configuration. */
  readonly config?: string;
}

const running = new Set<NatsProcess>();
process.on('exit', () => {
  for (const server of running) server.killNow();
});
// A runner that gives up on a test file ends it with SIGTERM; without this, 'exit' would not come.
process.once('SIGTERM', () => process.exit(143));

export async function startServer({ config = '' }: TestServerOptions = {}): Promise<TestServer> {
  if (process.env.SHIKA_TEST_SERVER === 'container') {
    return (await import('./container-server.ts')).startContainerServer({ config });
  }
  const provider = await testProvider();
  const folder = await mkdtemp(join(tmpdir(), 'shika-test-nats-'));
  let server = await NatsProcess.start(provider, { folder, config });
  running.add(server);
  const { url, port } = server;
  const kill = async () => {
    await server.kill();
    running.delete(server);
  };
  return {
    url,
    version: provider.kind === 'binary' ? provider.version : provider.image,
    kill,
    async restart() {
      await kill();
      server = await NatsProcess.start(provider, { folder, config, port });
      running.add(server);
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A test kills its server, so it never uses the one that NATS_URL names. */
export async function testProvider(): Promise<Exclude<NatsProvider, { kind: 'url' }>> {
  const path = process.env.SHIKA_TEST_NATS;
  if (path) {
    const version = await versionOf(path);
    if (!version) throw new Error(`SHIKA_TEST_NATS=${path} is no nats-server that runs`);
    return { kind: 'binary', path, version };
  }
  const provider = await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
  if (provider.kind === 'url') throw new Error('unreachable: NATS_URL was taken out of the environment');
  return provider;
}

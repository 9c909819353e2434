/** {@link startServer}'s server in a container, by testcontainers, from an image made on this machine. */
import { provideNatsServer } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { importNats, run } from './docker.ts';
import { answers, freePort, natsConfig } from './nats-process.ts';
import type { TestServer, TestServerOptions } from './server.ts';
import { until } from './until.ts';

const IMAGE = 'shika-test-bus';
const CONFIG = '/etc/nats.conf';

// Ryuk, which would clear up after a killed test run, is an image of its own that would have to be pulled.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1';

/** Makes the image; once before tests that start servers at the same time. */
export async function prepareImage(): Promise<void> {
  const nats = await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
  if (nats.kind !== 'binary')
    throw new Error('the image is made of a nats-server of this machine, and there is none');
  await importNats(IMAGE, nats.path);
}

/** Removes it again, lest every run leave one behind. */
export async function removeImage(): Promise<void> {
  await run('docker', 'rmi', '-f', IMAGE);
}

/** On the machine's own network, because a published port would listen on more than loopback. */
export async function startContainerServer({ config = '' }: TestServerOptions): Promise<TestServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const container = await new GenericContainer(IMAGE)
    .withNetworkMode('host')
    .withCopyContentToContainer([
      { content: natsConfig({ port, store: '/tmp/store', config }), target: CONFIG },
    ])
    .withCommand(['-c', CONFIG])
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
  const id = container.getId();
  const kill = () => run('docker', 'kill', id).then(() => {});
  return {
    url: `nats://127.0.0.1:${port}`,
    version: /\d[\w.-]*/.exec(await run('docker', 'exec', id, 'nats-server', '--version'))?.[0] ?? 'unknown',
    kill,
    async restart() {
      await kill().catch(() => {}); // a test may have killed it before
      await run('docker', 'start', id);
      await until(() => answers(port), `the container's nats-server answers on port ${port}`, 20_000);
    },
    stop: async () => {
      await run('docker', 'rm', '-f', '-v', id);
    },
  };
}

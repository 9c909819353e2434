/** Three nats-servers that are one cluster, each of which can be killed and started again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsProvider } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { freePort, NatsProcess } from './nats-process.ts';

export interface TestCluster {
  /** Of all nodes, by commas. */
  readonly url: string;
  /** `kill -9` of a node, by its name. */
  kill(name: string): Promise<void>;
  /** A new process on the same store and ports. */
  restart(name: string): Promise<void>;
  /** Ends all and deletes their stores. */
  stop(): Promise<void>;
}

export async function startCluster(
  provider: Exclude<NatsProvider, { kind: 'url' }>,
  names: readonly string[],
): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'shika-test-cluster-'));
  const ports = new Map<string, { client: number; route: number }>();
  for (const name of names) ports.set(name, { client: await freePort(), route: await freePort() });
  const routes = [...ports.values()].map(({ route }) => `"nats-route://127.0.0.1:${route}"`).join(', ');
  const nodes = new Map<string, NatsProcess>();
  const start = async (name: string) => {
    const { client: port, route } = ports.get(name) ?? { client: 0, route: 0 };
    const config = [
      `server_name: ${name}`,
      `cluster { name: test, listen: "127.0.0.1:${route}", routes: [${routes}] }`,
    ].join('\n');
    nodes.set(name, await NatsProcess.start(provider, { folder: join(folder, name), port, config }));
  };
  await Promise.all(names.map(start));
  const killAll = () => {
    for (const node of nodes.values()) node.killNow();
  };
  process.on('exit', killAll);
  return {
    url: [...ports.values()].map(({ client }) => `nats://127.0.0.1:${client}`).join(','),
    async kill(name) {
      await nodes.get(name)?.kill();
    },
    restart: start,
    async stop() {
      await Promise.all([...nodes.values()].map((node) => node.kill()));
      process.off('exit', killAll);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

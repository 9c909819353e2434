/** Three servers of this machine with the configuration of deploy/compose.cluster.yaml: its paths and addresses are replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './nats-process.ts';
import { testProvider } from './server.ts';

export interface ClusterNodes {
  /** Of each node, the ids of those that it has a route to. */
  routes(): Promise<Set<string>[]>;
  stop(): void;
}

/** @param deploy a copy of the folder `deploy`, with its secrets */
export async function startNodes(deploy: string): Promise<ClusterNodes> {
  const provider = await testProvider();
  if (provider.kind !== 'binary') throw new Error('no nats-server of this machine');
  const names = ['nats', 'nats-2', 'nats-3'];
  const written = await readFile(join(deploy, 'nats.cluster.conf'), 'utf8');
  const nodes: { route: number; http: number; client: number }[] = [];
  for (const _ of names)
    nodes.push({ route: await freePort(), http: await freePort(), client: await freePort() });
  const routes = Object.fromEntries(
    nodes.map(({ route }, i) => [`SHIKA_ROUTE_${i + 1}`, `nats-route://localhost:${route}`]),
  );
  const passwords = await readFile(join(deploy, 'secrets/nats.env'), 'utf8');
  const secrets = Object.fromEntries(
    passwords
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  const children: ChildProcess[] = [];
  for (const [i, name] of names.entries()) {
    const { route, http, client } = nodes[i] ?? { route: 0, http: 0, client: 0 };
    const home = join(deploy, 'nodes', name);
    await mkdir(home, { recursive: true });
    const config = written
      .replaceAll('/etc/nats/secrets', join(deploy, 'secrets'))
      .replace('"0.0.0.0:4222"', `"127.0.0.1:${client}"`)
      .replace('"0.0.0.0:8222"', `"127.0.0.1:${http}"`)
      .replace('"0.0.0.0:6222"', `"127.0.0.1:${route}"`)
      .replace('"/data"', JSON.stringify(join(home, 'data')))
      .replace('"permissions.conf"', '"../../permissions.conf"');
    const file = join(home, 'nats.conf');
    await writeFile(file, config);
    const env = { ...process.env, ...secrets, ...routes, SHIKA_NODE: name };
    children.push(spawn(provider.path, ['-c', file], { env, stdio: 'ignore' }));
  }
  return {
    routes: () =>
      Promise.all(
        nodes.map(async ({ http }) => {
          const answer = await fetch(`http://127.0.0.1:${http}/routez`).catch(() => null); // it is starting
          const { routes: found = [] } = ((await answer?.json()) ?? {}) as {
            routes?: { remote_id: string }[];
          };
          return new Set(found.map(({ remote_id }) => remote_id));
        }),
      ),
    stop() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

/** A NATS server of this run's own, on loopback, with a password that nobody else knows. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FatalError } from '../errors.ts';
import type { BusAddress } from './address.ts';
import type { NatsProvider } from './nats-server.ts';
import type { OwnedFolder } from './owned-folder.ts';
import type { ProcessSpec } from './process.ts';
import { type StoreLimits, storeLimits } from './store-limits.ts';

const SETPRIV = '/usr/bin/setpriv';

export interface PrivateNats {
  readonly address: Omit<BusAddress, 'stages'>;
  readonly spec: ProcessSpec;
  /** What its store may hold. */
  readonly limits: StoreLimits;
  /** Writes down for its next start what its disk has room for now. @throws FatalError where that is too little */
  readonly renewLimits: () => StoreLimits;
}

/** The process to be started, and how to reach it; the port stays the same when it is started again. */
export async function privateNats(
  provider: Exclude<NatsProvider, { kind: 'url' }>,
  owned: OwnedFolder,
  logFolder: string,
): Promise<PrivateNats> {
  const folder = join(owned.path, 'nats');
  const port = await freePort();
  const address = {
    url: `nats://127.0.0.1:${port}`,
    user: 'shika',
    password: randomBytes(18).toString('base64url'),
  };
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'jetstream');
  const config = join(folder, 'nats.conf');
  const renewLimits = () => {
    const limits = storeLimits(store);
    const lines = [
      `listen: "127.0.0.1:${port}"`,
      'max_payload: 8MB',
      `jetstream { store_dir: ${JSON.stringify(store)}, max_file_store: ${limits.most} }`,
      `authorization { user: ${address.user}, password: "${address.password}" }`,
      '',
    ];
    writeFileSync(`${config}.part`, lines.join('\n'), { mode: 0o600 });
    renameSync(`${config}.part`, config); // a server that dies may read it at any moment
    return limits;
  };
  const limits = renewLimits();
  const spec = {
    name: 'nats-server',
    ...commandOf(provider, config, folder),
    env: {},
    logFile: join(logFolder, 'nats-server.log'),
    finalCodes: [],
    inherits: owned.serverLock,
  };
  return { address, spec, limits, renewLimits };
}

function commandOf(provider: Exclude<NatsProvider, { kind: 'url' }>, config: string, folder: string) {
  if (provider.kind === 'docker') {
    const share = ['-v', `${folder}:${folder}`, '--network', 'host', '--user', `${process.getuid?.() ?? 0}`];
    return { command: 'docker', args: ['run', '--rm', '--init', ...share, provider.image, '-c', config] };
  }
  // The kernel ends the server when this process dies, however it dies.
  if (existsSync(SETPRIV))
    return { command: SETPRIV, args: ['--pdeathsig', 'TERM', provider.path, '-c', config] };
  return { command: provider.path, args: ['-c', config] };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new FatalError('no free port on 127.0.0.1'));
      });
    });
  });
}

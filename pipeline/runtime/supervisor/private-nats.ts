/** A NATS server of this run's own, on loopback, with a password that nobody else knows. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { diskOf, diskText, mebibytes, reserveOf } from '../disk.ts';
import { FatalError } from '../errors.ts';
import type { BusAddress } from './address.ts';
import type { NatsProvider } from './nats-server.ts';
import type { OwnedFolder } from './owned-folder.ts';
import type { ProcessSpec } from './process.ts';

const SETPRIV = '/usr/bin/setpriv';

/** Without so much for what comes, a server's store is of no use, bytes. */
const LEAST_ROOM = 32 * 2 ** 20;

/** What the store of a server may hold, bytes: `room` is for what comes. */
interface StoreLimits {
  readonly most: number;
  readonly room: number;
}

/**
 * What is there and what the disk has room for, less a reserve. The server's own default is three quarters of what is
 * free as it starts, whatever the store holds already: a store that has grown would refuse everything.
 * @throws FatalError where there is too little room
 */
function storeLimits(store: string): StoreLimits {
  const disk = diskOf(store);
  const reserve = reserveOf(disk);
  const room = Math.floor(disk.free - reserve);
  if (room >= LEAST_ROOM) return { most: sizeOf(store) + room, room };
  throw new FatalError('too little room on the disk for the bus, and its frames (bus.framesMaxMiB)', {
    found: diskText(disk),
    expected: `${mebibytes(LEAST_ROOM + reserve)} at least: room made, or --out on another disk`,
  });
}

/** Of the files in a folder, bytes. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, entry) => sum + (entry?.isFile() ? entry.size : 0), 0);
}

/** The process to be started, and how to reach it; the port stays the same when it is started again. */
export async function privateNats(
  provider: Exclude<NatsProvider, { kind: 'url' }>,
  owned: OwnedFolder,
  logFolder: string,
): Promise<{ address: Omit<BusAddress, 'stages'>; spec: ProcessSpec; room: number }> {
  const folder = join(owned.path, 'nats');
  const port = await freePort();
  const address = {
    url: `nats://127.0.0.1:${port}`,
    user: 'shika',
    password: randomBytes(18).toString('base64url'),
  };
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'jetstream');
  const { most, room } = storeLimits(store);
  const config = join(folder, 'nats.conf');
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    'max_payload: 8MB',
    `jetstream { store_dir: ${JSON.stringify(store)}, max_file_store: ${most} }`,
    `authorization { user: ${address.user}, password: "${address.password}" }`,
    '',
  ];
  writeFileSync(config, lines.join('\n'), { mode: 0o600 });
  const spec = {
    name: 'nats-server',
    ...commandOf(provider, config, folder),
    env: {},
    logFile: join(logFolder, 'nats-server.log'),
    finalCodes: [],
    inherits: owned.serverLock,
  };
  return { address, spec, room };
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

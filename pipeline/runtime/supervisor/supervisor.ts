/**
 * The same stage processes as on many machines, on this one: a private NATS server unless one is named, one process a
 * stage (several detectors), each started again when it dies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Probe } from '../bus/probe.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../metrics/gather.ts';
import { type BusAddress, leaveAddress, withdrawAddress } from './address.ts';
import { FileLock } from './file-lock.ts';
import { provideNatsServer } from './nats-server.ts';
import { type OwnedFolder, usersFile } from './owned-folder.ts';
import { privateNats } from './private-nats.ts';
import { SupervisedProcess } from './process.ts';
import { StoreGuard } from './store-guard.ts';

/** `EX_CONFIG`: what `shika stage` exits with where starting it again can't help. */
export const EXIT_CONFIG = 78;

/** How long a server stays for other commands that use it, seconds: who only asked something has no hurry. */
const USERS_S = { brief: 600, lasting: 5 };

export interface SupervisorOptions {
  /** Holds the server's store and the stages' logs. */
  readonly folder: OwnedFolder;
  /** What Node runs for a stage, whose name comes behind it. */
  readonly stageCommand: readonly string[];
  /** How many processes of each stage, by its name. */
  readonly processes: Readonly<Record<string, number>>;
  /** Settings for all stages, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the server that NATS_URL names, where it uses TLS. */
  readonly ca?: string | undefined;
  /** Bytes that the bus may hold by configuration; undefined: what the disk has room for. */
  readonly storeMax?: number | undefined;
  readonly log: Logger;
}

export class Supervisor {
  readonly address: BusAddress;
  readonly #folder: OwnedFolder;
  readonly #log: Logger;
  readonly #processes: readonly SupervisedProcess[];
  readonly #server: PrivateServer | undefined;
  readonly #guard: StoreGuard | undefined;
  /** Aborted, with the reason, when a process gave up for good. */
  readonly failed: AbortSignal;

  private constructor(
    folder: OwnedFolder,
    address: BusAddress,
    server: PrivateServer | undefined,
    guard: StoreGuard | undefined,
    processes: readonly SupervisedProcess[],
    failed: AbortSignal,
    log: Logger,
  ) {
    this.#folder = folder;
    this.#log = log;
    this.address = address;
    this.#server = server;
    this.#guard = guard;
    this.#processes = processes;
    this.failed = failed;
  }

  /** @throws FatalError where no NATS server is to be had */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const { folder, stageCommand, processes, env, log } = options;
    const logs = join(folder.path, 'logs');
    mkdirSync(logs, { recursive: true });
    const failure = new AbortController();
    const giveUp = (reason: string) => failure.abort(new Error(reason));
    const { address: reached, server, guard } = await serverFor(options, logs, giveUp);
    const address = { ...reached, stages: Object.keys(processes) };
    leaveAddress(folder.path, address);
    const stageEnv = {
      ...env,
      NATS_URL: address.url,
      SHIKA_BUS_USER: address.user,
      SHIKA_BUS_PASSWORD: address.password,
      SHIKA_METRICS_PORT: '0', // they answer this process, which has the port
    };
    const supervised = Object.entries(processes).flatMap(([stage, count]) =>
      Array.from({ length: count }, (_, i) => {
        const name = count > 1 ? `${stage}-${i + 1}` : stage;
        const args = [...stageCommand, stage];
        const logFile = join(logs, `${name}.log`);
        const spec = {
          name,
          command: process.execPath,
          args,
          env: stageEnv,
          logFile,
          finalCodes: [EXIT_CONFIG],
        };
        return new SupervisedProcess(spec, log, giveUp);
      }),
    );
    return new Supervisor(folder, address, server, guard, supervised, failure.signal, log);
  }

  /** Whether the server is this supervisor's own: nobody else's processes work on its bus. */
  get isPrivate(): boolean {
    return this.#server !== undefined;
  }

  /** What the store of its own server has for what comes, bytes; no bound where the server is another's. */
  get room(): number {
    return this.#server?.room ?? Number.POSITIVE_INFINITY;
  }

  /** How often each process was started. */
  get starts(): ReadonlyMap<string, number> {
    const all = [...this.#processes, ...(this.#server ? [this.#server.process] : [])];
    return new Map(all.map(({ name, starts }) => [name, starts]));
  }

  /** What each stage process counts, by its name; one that does not answer now is left out. */
  async metrics(): Promise<ReadonlyMap<string, Metrics>> {
    const answers = this.#processes.map(async (process) => [process.name, await process.metrics()] as const);
    return new Map((await Promise.all(answers)).filter(([, metrics]) => metrics.length > 0));
  }

  /** Resolves when its own server's disk, and the budget of the store, have room for something new. */
  async untilRoom(signal: AbortSignal): Promise<void> {
    await this.#guard?.untilRoom(signal);
  }

  /** Stages first, so that they can give back what they hold; then the server, when nobody uses it any more. */
  async stop(): Promise<void> {
    withdrawAddress(this.#folder.path);
    await Promise.all(this.#processes.map((process) => process.stop()));
    const users = this.#server && (await this.#untilUnused());
    await this.#guard?.stop();
    await this.#server?.process.stop();
    users?.release();
  }

  /** @returns the lock that keeps others from using it; null where somebody uses it for longer than is waited */
  async #untilUnused(): Promise<FileLock | null> {
    const users = usersFile(this.#folder.path);
    const unused = await FileLock.take(users, 'exclusive');
    if (unused) return unused;
    const waitS = this.#folder.isBrief ? USERS_S.brief : USERS_S.lasting;
    this.#log.info({ waitS }, 'another command uses the server: waiting for it');
    return FileLock.take(users, 'exclusive', waitS);
  }
}

/** A server of this supervisor's own. */
interface PrivateServer {
  readonly process: SupervisedProcess;
  /** What its store has for what comes, bytes. */
  readonly room: number;
}

interface ReachedServer {
  readonly address: Omit<BusAddress, 'stages'>;
  readonly server: PrivateServer | undefined;
  /** None where nothing of it is watched. */
  readonly guard: StoreGuard | undefined;
}

async function serverFor(
  { folder, ca, storeMax: budget, log }: SupervisorOptions,
  logs: string,
  giveUp: (reason: string) => void,
): Promise<ReachedServer> {
  const provider = await provideNatsServer({ install: false });
  if (provider.kind === 'url') {
    const { SHIKA_BUS_USER: user = '', SHIKA_BUS_PASSWORD: password = '' } = process.env;
    const address = { url: provider.url, user, password };
    const probe = () => new Probe({ ...address, ca });
    return {
      address,
      server: undefined,
      guard: budget ? new StoreGuard({ probe: probe(), budget, log }) : undefined,
    };
  }
  const { address, spec, limits, renewLimits } = await privateNats(provider, folder, logs);
  let guard: StoreGuard | undefined;
  const server = new SupervisedProcess({ ...spec, onOutput: (text) => guard?.heard(text) }, log, giveUp);
  guard = new StoreGuard({
    ...{ probe: new Probe(address), budget, log },
    local: { folder: folder.path, server, limits, renewLimits },
  });
  return { address, server: { process: server, room: limits.room }, guard };
}

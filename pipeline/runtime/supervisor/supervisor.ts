/**
 * The same stage processes as on many machines, on this one: a private NATS server unless one is named, one process a
 * stage (several detectors), each started again when it dies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import { type BusAddress, leaveAddress, withdrawAddress } from './address.ts';
import { provideNatsServer } from './nats-server.ts';
import { privateNats } from './private-nats.ts';
import { SupervisedProcess } from './process.ts';

/** `EX_CONFIG`: what `shika stage` exits with where starting it again can't help. */
export const EXIT_CONFIG = 78;

export interface SupervisorOptions {
  /** Holds the server's store and the stages' logs. */
  readonly folder: string;
  /** What Node runs for a stage, whose name comes behind it. */
  readonly stageCommand: readonly string[];
  /** How many processes of each stage, by its name. */
  readonly processes: Readonly<Record<string, number>>;
  /** Settings for all stages, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Logger;
}

export class Supervisor {
  readonly address: BusAddress;
  readonly #folder: string;
  readonly #processes: readonly SupervisedProcess[];
  readonly #server: SupervisedProcess | undefined;
  /** Aborted, with the reason, when a process gave up for good. */
  readonly failed: AbortSignal;

  private constructor(
    folder: string,
    address: BusAddress,
    server: SupervisedProcess | undefined,
    processes: readonly SupervisedProcess[],
    failed: AbortSignal,
  ) {
    this.#folder = folder;
    this.address = address;
    this.#server = server;
    this.#processes = processes;
    this.failed = failed;
  }

  /** @throws FatalError where no NATS server is to be had */
  static async start({ folder, stageCommand, processes, env, log }: SupervisorOptions): Promise<Supervisor> {
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    const failure = new AbortController();
    const giveUp = (reason: string) => failure.abort(new Error(reason));
    const { address, server } = await serverFor(folder, logs, log, giveUp);
    leaveAddress(folder, address);
    const stageEnv = {
      ...env,
      NATS_URL: address.url,
      SHIKA_BUS_USER: address.user,
      SHIKA_BUS_PASSWORD: address.password,
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
    return new Supervisor(folder, address, server, supervised, failure.signal);
  }

  /** Whether the server is this supervisor's own: nobody else's processes work on its bus. */
  get isPrivate(): boolean {
    return this.#server !== undefined;
  }

  /** Stages first, so that they can give back what they hold; then the server. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    await this.#server?.stop();
    withdrawAddress(this.#folder);
  }
}

async function serverFor(
  folder: string,
  logs: string,
  log: Logger,
  giveUp: (reason: string) => void,
): Promise<{ address: BusAddress; server: SupervisedProcess | undefined }> {
  const provider = await provideNatsServer({ install: false });
  if (provider.kind === 'url') {
    const { SHIKA_BUS_USER: user = '', SHIKA_BUS_PASSWORD: password = '' } = process.env;
    return { address: { url: provider.url, user, password }, server: undefined };
  }
  const { address, spec } = await privateNats(provider, join(folder, 'nats'), logs);
  return { address, server: new SupervisedProcess(spec, log, giveUp) };
}

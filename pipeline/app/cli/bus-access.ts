/** The bus that a command talks to: the one that `NATS_URL` names, or that of a folder of `shika run` or `shika up`. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { stateFolder } from '../../ingest/folders/clip-input.ts';
import { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import { createLog, type Logger } from '../../runtime/log/log.ts';
import type { StageName } from '../../runtime/stage/stage.ts';
import { addressOf } from '../../runtime/supervisor/address.ts';
import { Workplace } from '../jobs/workplace.ts';
import { busOptions, readSettings } from '../settings.ts';

/** Where `shika up` keeps its store unless told otherwise. */
export const DEFAULT_FOLDER = 'shika-data';

type StageCounts = Readonly<Partial<Record<StageName, number>>>;

export interface BusChoice {
  readonly dir: string;
  readonly config?: string;
}

export function withBusOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'folder of the `shika run` or `shika up` that is meant', DEFAULT_FOLDER)
    .option('--config <file>', 'configuration file');
}

/** @param failed aborted where a stage that was started for the work cannot be kept running */
export type BusWork<T> = (bus: Bus, log: Logger, failed: AbortSignal) => Promise<T>;

/**
 * Connects, does the work and disconnects. Where the folder's server is not running, one is started on its store for
 * as long as the work takes, with the stages that it needs.
 * @param create whether a folder that is not there yet is made
 * @throws UsageError where neither NATS_URL nor the folder leads to a bus
 */
export async function withBus<T>(
  { dir, config }: BusChoice,
  work: BusWork<T>,
  { stages = {}, create = false }: { stages?: StageCounts; create?: boolean } = {},
): Promise<T> {
  const settings = readSettings(config);
  const log = createLog('cli', 'warn');
  const options = busOptions(settings);
  if (process.env.NATS_URL) return using(await Bus.open({ ...options, name: 'cli' }, log), log, work);
  const folder = stateFolder(dir);
  if (!create && !existsSync(folder)) {
    throw new UsageError(`${dir} is no folder of \`shika run\` or \`shika up\``, {
      expected: '--dir with one, or NATS_URL with the address of a server',
    });
  }
  const running = await addressOf(folder);
  if (running) return using(await Bus.open({ ...options, ...running, name: 'cli' }, log), log, work);
  const env: Record<string, string> = config ? { SHIKA_CONFIG: config } : {};
  const place = await Workplace.open({ folder, keep: true, processes: stages, env, bus: options, log });
  try {
    return await work(place.bus, log, place.failed);
  } finally {
    await place.close();
  }
}

async function using<T>(bus: Bus, log: Logger, work: BusWork<T>): Promise<T> {
  try {
    return await work(bus, log, new AbortController().signal);
  } finally {
    await bus.close();
  }
}

/**
 * How every command comes to a bus: to the one that `NATS_URL` names, or to that of a job's folder. A folder has one
 * owner: a command that does a job there, or keeps its pipeline up. One that only asks uses the owner's server; where
 * there is none, it is the owner for as long as it takes.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StageName } from '../../../stages/index.ts';
import { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import { createLog, type Logger, type LogLevel } from '../../runtime/log/log.ts';
import type { BusAddress } from '../../runtime/supervisor/address.ts';
import { JoinedServer, joinOrClaim } from '../../runtime/supervisor/join.ts';
import { type OwnedFolder, withOwnedFolder } from '../../runtime/supervisor/owned-folder.ts';
import { LocalPipeline } from '../jobs/local-pipeline.ts';
import type { Meters } from '../jobs/meter.ts';
import { refuseStaying, stateFolder } from '../results/job-folder.ts';
import { busBounds, busOptions, readSettings, type Settings } from '../settings.ts';
import { interruption } from './interrupt.ts';
import { terminalMeters } from './terminal.ts';

export type StageCounts = Readonly<Partial<Record<StageName, number>>>;

/** The flags that say which bus is meant. */
export interface BusFlags {
  /** The job's folder. */
  readonly out: string;
  readonly config?: string | undefined;
}

export interface BusContext {
  readonly bus: Bus;
  readonly log: Logger;
  readonly settings: Settings;
  /** Aborted where a stage that was started for the work cannot be kept running. */
  readonly signal: AbortSignal;
}

/** For work that takes long: it is watched, and ends when it is interrupted. */
export interface JobContext extends BusContext {
  readonly meters: Meters;
}

export interface BusNeeds {
  /** Stages that are started where the folder's pipeline is not running. */
  readonly stages?: StageCounts;
  /** Whether a folder that is not there yet is made. */
  readonly create?: boolean;
  /** Where the command owns the folder already. */
  readonly owned?: OwnedFolder;
}

/** Of a command: warnings, unless the configuration asks for something else than usual. */
export function commandLog({ log: { level } }: Settings): Logger {
  return createLog('cli', level === 'info' ? 'warn' : (level as LogLevel)); // the schema of `log.level` lists the levels
}

/**
 * Connects, does the work and disconnects.
 * @throws UsageError where neither NATS_URL nor the folder leads to a bus
 */
export async function withBus<T>(
  { out, config }: BusFlags,
  work: (context: BusContext) => Promise<T>,
  { stages = {}, create = false, owned }: BusNeeds = {},
): Promise<T> {
  const settings = readSettings(config);
  const log = commandLog(settings);
  const connect = async (server: Partial<BusAddress>) => {
    const bus = await Bus.open({ ...busOptions(settings), ...server, name: 'cli' }, log);
    return work({ bus, log, settings, signal: new AbortController().signal }).finally(() => bus.close());
  };
  if (process.env.NATS_URL) return connect({});
  const path = stateFolder(out);
  if (!create && !existsSync(path)) {
    throw new UsageError(`there is no job in ${out}`, {
      expected: '--out with the folder of one, or NATS_URL with the address of a server',
    });
  }
  const folder = owned ?? (await joinOrClaim(path, { log, stages: Object.keys(stages) }));
  if (folder instanceof JoinedServer) {
    return Promise.race([connect(folder.address), folder.gone]).finally(() => folder.leave());
  }
  const pipeline = await LocalPipeline.open({
    folder,
    keep: true,
    processes: stages,
    env: stageEnvironment(config),
    bus: busOptions(settings),
    bounds: busBounds(settings),
    log,
  });
  try {
    return await work({ bus: pipeline.bus, log, settings, signal: pipeline.failed });
  } finally {
    await pipeline.close();
    if (!owned) folder.release();
  }
}

/**
 * Owns a job's folder for as long as some work takes: nobody else starts anything in it.
 * @throws UsageError naming the command that owns it
 */
export function withJobFolder<T>(
  { out, config }: BusFlags,
  work: (folder: OwnedFolder) => Promise<T>,
): Promise<T> {
  return withOwnedFolder(stateFolder(out), { log: commandLog(readSettings(config)) }, work);
}

/** As {@link withBus}, for work that takes long. */
export function withJob<T>(
  flags: BusFlags,
  work: (context: JobContext) => Promise<T>,
  needs: BusNeeds,
): Promise<T> {
  return watched((stopped, meters) =>
    withBus(
      flags,
      (context) => work({ ...context, meters, signal: AbortSignal.any([stopped, context.signal]) }),
      needs,
    ),
  );
}

export interface PipelineOptions {
  readonly config?: string | undefined;
  /** Of the bus. */
  readonly folder: OwnedFolder;
  readonly stages: StageCounts;
  /** Whether what is in the folder stays: a job goes on that was cut short. */
  readonly keep?: boolean;
  /** Settings for all stages. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Does the work with a pipeline that is started for it. */
export function withPipeline<T>(
  { config, folder, stages, keep = false, env = {} }: PipelineOptions,
  work: (context: JobContext) => Promise<T>,
): Promise<T> {
  return watched(async (stopped, meters) => {
    const settings = readSettings(config);
    const log = commandLog(settings);
    const pipeline = await LocalPipeline.open({
      folder,
      keep,
      processes: stages,
      env: { ...stageEnvironment(config), ...env },
      bus: busOptions(settings),
      bounds: busBounds(settings),
      log,
    });
    try {
      const signal = AbortSignal.any([stopped, pipeline.failed]);
      return await work({ bus: pipeline.bus, log, settings, signal, meters });
    } finally {
      meters.stop();
      await pipeline.close();
    }
  });
}

/** As {@link withPipeline}, for a job in a folder, which begins anew there unless it goes on. */
export function withJobPipeline<T>(
  { out, ...options }: PipelineOptions & { readonly out: string },
  work: (context: JobContext) => Promise<T>,
): Promise<T> {
  if (!options.keep) refuseStaying(out);
  return withPipeline(options, work);
}

/** Stages read the configuration that the command was given. */
export function stageEnvironment(config: string | undefined): Record<string, string> {
  return config ? { SHIKA_CONFIG: resolve(config) } : {};
}

async function watched<T>(
  work: (stopped: AbortSignal, meters: Meters & { stop(): void }) => Promise<T>,
): Promise<T> {
  const meters = terminalMeters();
  try {
    return await work(interruption(), meters);
  } finally {
    meters.stop();
  }
}

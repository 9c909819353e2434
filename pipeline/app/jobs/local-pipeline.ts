/** The pipeline on this machine, for as long as a command takes: stages, a private server and a connection to their bus. */
import type { StageName } from '../../../stages/index.ts';
import { Bus, type BusOptions } from '../../runtime/bus/bus.ts';
import type { BusBounds } from '../../runtime/bus/topology.ts';
import { mebibytes } from '../../runtime/disk.ts';
import type { Logger } from '../../runtime/log/log.ts';
import type { Metrics } from '../../runtime/metrics/gather.ts';
import type { OwnedFolder } from '../../runtime/supervisor/owned-folder.ts';
import { Supervisor } from '../../runtime/supervisor/supervisor.ts';
import { STAGE_COMMAND } from './processes.ts';

export interface LocalPipelineOptions {
  /** What is in it is kept only where `keep` is set. */
  readonly folder: OwnedFolder;
  readonly keep: boolean;
  readonly processes: Readonly<Partial<Record<StageName, number>>>;
  readonly env: Readonly<Record<string, string>>;
  readonly bus: Omit<BusOptions, 'name' | 'url' | 'user' | 'password' | 'bounds'>;
  /** With which a bus is set up whose server or stages are started here. */
  readonly bounds: BusBounds;
  /** Bytes that the bus may hold (room.storeMaxMiB); undefined: what the disk has room for. */
  readonly storeMax?: number | undefined;
  readonly log: Logger;
}

export class LocalPipeline {
  readonly bus: Bus;
  /** Aborted where a stage cannot be kept running. */
  readonly failed: AbortSignal;
  readonly #supervisor: Supervisor;

  private constructor(bus: Bus, supervisor: Supervisor) {
    this.bus = bus;
    this.#supervisor = supervisor;
    this.failed = supervisor.failed;
  }

  static async open({
    folder,
    keep,
    processes,
    env,
    bus,
    bounds,
    storeMax,
    log,
  }: LocalPipelineOptions): Promise<LocalPipeline> {
    if (!keep) folder.erase();
    const supervisor = await Supervisor.start({
      ...{ folder, stageCommand: STAGE_COMMAND, processes, env, storeMax, log },
      ca: bus.ca,
    });
    try {
      const setsUp = supervisor.isPrivate || Object.keys(processes).length > 0;
      const opened = await Bus.open(
        {
          ...bus,
          ...supervisor.address,
          name: 'cli',
          bounds: setsUp ? fitted(bounds, supervisor.room, log) : undefined,
        },
        log,
      );
      // Whoever held a job here before was killed with the server.
      if (supervisor.isPrivate) await opened.giveBackWork();
      return new LocalPipeline(opened, supervisor);
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }

  /** Resolves when there is room for something new, where the server is this pipeline's own. */
  untilRoom(signal: AbortSignal): Promise<void> {
    return this.#supervisor.untilRoom(signal);
  }

  /** Whether the bus' store is on this machine. */
  get isPrivate(): boolean {
    return this.#supervisor.isPrivate;
  }

  /** How often each process was started, by its name. */
  get starts(): ReadonlyMap<string, number> {
    return this.#supervisor.starts;
  }

  /** What each stage process counts, by its name. */
  metrics(): Promise<ReadonlyMap<string, Metrics>> {
    return this.#supervisor.metrics();
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.#supervisor.stop();
  }
}

/** Frames that wait get half of what the store has for what comes at most: the rest is for what is made of them. */
function fitted(bounds: BusBounds, room: number, log: Logger): BusBounds {
  const framesMaxBytes = Math.min(bounds.framesMaxBytes, Math.floor(room / 2));
  if (framesMaxBytes < bounds.framesMaxBytes) {
    const found = mebibytes(framesMaxBytes);
    log.info(
      { key: 'bus.framesMaxMiB', found, expected: mebibytes(bounds.framesMaxBytes) },
      'the disk has less room for frames',
    );
  }
  return { ...bounds, framesMaxBytes };
}

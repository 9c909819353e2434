/**
 * A server whose disk is full stops storing and does not begin again by itself when there is room: on 2.9.10 JetStream
 * answers nothing any more, on newer ones a stream that could not be written refuses for good. This says what is full,
 * lets new work wait, and starts the server again when there is room. Nothing is lost by that: who publishes waits.
 */
import type { Probe } from '../bus/probe.ts';
import { Condition } from '../condition.ts';
import { type Disk, diskOf, diskText, isLow, mebibytes, neededOn, reserveOf } from '../disk.ts';
import { reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { LEAST_ROOM, type StoreLimits } from './store-limits.ts';

/** Between two looks. */
const LOOK_MS = 2_000;
/** Looks in a row without an answer (5 s each) after which a server is started again, though its disk has room. */
const SILENT_LOOKS = 6;
/** Between two starts of a server that fails again at once: its quota may be full, which no disk shows. */
const STARTS_MS = 30_000;
/** 2.9.10 does not end by SIGTERM once its disk was full. */
const GRACE_MS = 3_000;

export interface GuardedServer {
  restart(graceMs: number): Promise<void>;
}

export interface StoreGuardOptions {
  /** On the disk that is watched. */
  readonly folder: string;
  readonly probe: Probe;
  readonly server: GuardedServer;
  readonly limits: StoreLimits;
  /** See `private-nats.ts`. */
  readonly renewLimits: () => StoreLimits;
  readonly log: Logger;
}

export class StoreGuard {
  readonly #options: StoreGuardOptions;
  readonly #changed = new Condition();
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #isLow: boolean;
  /** A write failed since the server was started, as far as it says so. */
  #failedWrite = false;
  /** Its disk was low since the server was started: 2.9.10 may have failed and said nothing. */
  #wasLow = false;
  #silent = 0;
  #limits: StoreLimits;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(options: StoreGuardOptions) {
    this.#options = options;
    this.#isLow = false;
    this.#limits = options.limits;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
    void this.#look();
  }

  /** To be told what the server writes to its log. */
  heard(text: string): void {
    if (/no space left on device|quota exceeded/.test(text)) this.#failedWrite = true;
  }

  /** Resolves when there is room for something new; at once where there is. */
  async untilRoom(signal: AbortSignal): Promise<void> {
    while (this.#isLow) await this.#changed.wait(signal);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.probe.close();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const disk = diskOf(this.#options.folder);
      this.#noteRoom(disk);
      const stored = await this.#options.probe.stored();
      this.#silent = stored === 'silent' ? this.#silent + 1 : 0;
      if (this.#isLow) return;
      const why = this.#reasonToStartAgain(stored, disk);
      if (why) await this.#startAgain(why);
      else if (stored !== null && stored !== 'silent') this.#wasLow = false;
    } catch (error) {
      this.#options.log.warn({ why: reasonOf(error) }, 'the server could not be looked after: again soon');
    } finally {
      this.#looking = false;
    }
  }

  #noteRoom(disk: Disk): void {
    const { log } = this.#options;
    const low = isLow(disk);
    if (low) this.#wasLow = true;
    if (low === this.#isLow) return;
    this.#isLow = low;
    const needed = mebibytes(neededOn(disk));
    if (low)
      log.warn(
        { disk: diskText(disk), needed },
        'the disk is nearly full: new clips wait until there is room',
      );
    else log.info({ disk: diskText(disk) }, 'there is room again');
    this.#changed.notifyAll();
  }

  #reasonToStartAgain(stored: number | 'silent' | null, disk: Disk): string | null {
    if (performance.now() - this.#startedAt < STARTS_MS) return null;
    if (this.#failedWrite) return 'it could not write to its disk';
    if (stored === 'silent' && (this.#wasLow || this.#silent >= SILENT_LOOKS))
      return 'its JetStream does not answer';
    if (typeof stored !== 'number') return null;
    const left = this.#limits.most - stored;
    const wouldBe = disk.free - reserveOf(disk);
    return left < LEAST_ROOM && wouldBe > 2 * LEAST_ROOM
      ? 'it stores all that it may, and there is more room now'
      : null;
  }

  async #startAgain(why: string): Promise<void> {
    const { log, renewLimits, server } = this.#options;
    log.warn({ why }, 'starting the server again');
    this.#failedWrite = false;
    this.#wasLow = false;
    this.#silent = 0;
    this.#startedAt = performance.now();
    try {
      this.#limits = renewLimits();
    } catch (error) {
      log.warn({ why: reasonOf(error) }, 'the server keeps its limits');
    }
    await server.restart(GRACE_MS);
  }
}

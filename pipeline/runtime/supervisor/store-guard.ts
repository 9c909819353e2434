/**
 * A server whose disk is full stops storing and does not begin again by itself when there is room: on 2.9.10 JetStream
 * answers nothing any more, on newer ones a stream that could not be written refuses for good. This says what is full,
 * lets new work wait, and starts the server again when there is room. Nothing is lost by that: who publishes waits.
 *
 * Of a server of another machine only the budget of its store is watched: its disk can't be seen from here.
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

/** Of its budget: from where on it is said, and from where on nothing new is begun. */
const WARNED = 0.8;
const FULL = 0.95;

export interface StoreGuardOptions {
  readonly probe: Probe;
  /** Bytes that the store may hold by configuration (room.storeMaxMiB); undefined: what the disk has room for. */
  readonly budget?: number | undefined;
  /** A server of this machine. */
  readonly local?: LocalStore | undefined;
  readonly log: Logger;
}

export interface LocalStore {
  /** On the disk that is watched. */
  readonly folder: string;
  readonly server: GuardedServer;
  readonly limits: StoreLimits;
  /** See `private-nats.ts`. */
  readonly renewLimits: () => StoreLimits;
}

export class StoreGuard {
  readonly #options: StoreGuardOptions;
  readonly #changed = new Condition();
  readonly #timer: NodeJS.Timeout;
  /** Never rejects. */
  readonly #firstLook: Promise<void>;
  #looking = false;
  /** The disk is. */
  #isLow = false;
  /** The store has reached its budget. */
  #isFull = false;
  #isWarned = false;
  /** A write failed since the server was started, as far as it says so. */
  #failedWrite = false;
  /** Its disk was low since the server was started: 2.9.10 may have failed and said nothing. */
  #wasLow = false;
  #silent = 0;
  #limits: StoreLimits | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(options: StoreGuardOptions) {
    this.#options = options;
    this.#limits = options.local?.limits;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
    this.#firstLook = this.#look();
  }

  /** To be told what the server writes to its log. */
  heard(text: string): void {
    if (/no space left on device|quota exceeded/.test(text)) this.#failedWrite = true;
  }

  /** Resolves when there is room for something new; at once where there is. */
  async untilRoom(signal: AbortSignal): Promise<void> {
    await this.#firstLook; // what was full before is full now
    while (this.#isLow || this.#isFull) await this.#changed.wait(signal);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.probe.close();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { local, probe } = this.#options;
      const disk = local && diskOf(local.folder);
      if (disk) this.#noteRoom(disk);
      const stored = await probe.stored();
      if (typeof stored === 'number') await this.#noteHeld();
      this.#silent = stored === 'silent' ? this.#silent + 1 : 0;
      if (this.#isLow || !local || !disk) return;
      const why = this.#reasonToStartAgain(stored, disk);
      if (why) await this.#startAgain(why, local);
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

  async #noteHeld(): Promise<void> {
    const { budget, log, probe } = this.#options;
    const held = budget === undefined ? null : await probe.held();
    if (budget === undefined || held === null) return;
    const share = held / budget;
    const facts = { key: 'room.storeMaxMiB', found: mebibytes(held), expected: mebibytes(budget) };
    if (share >= WARNED !== this.#isWarned) {
      this.#isWarned = share >= WARNED;
      if (this.#isWarned) log.warn(facts, `the store has reached ${100 * WARNED} % of its budget`);
      else log.info(facts, `the store is below ${100 * WARNED} % of its budget again`);
    }
    if (share >= FULL === this.#isFull) return;
    this.#isFull = share >= FULL;
    if (this.#isFull)
      log.warn(
        facts,
        `the store has reached ${100 * FULL} % of its budget: new clips wait until there is room`,
      );
    else log.info(facts, 'there is room again');
    this.#changed.notifyAll();
  }

  #reasonToStartAgain(stored: number | 'silent' | null, disk: Disk): string | null {
    if (performance.now() - this.#startedAt < STARTS_MS) return null;
    if (this.#failedWrite) return 'it could not write to its disk';
    if (stored === 'silent' && (this.#wasLow || this.#silent >= SILENT_LOOKS))
      return 'its JetStream does not answer';
    if (typeof stored !== 'number' || !this.#limits) return null;
    const left = this.#limits.most - stored;
    const wouldBe = disk.free - reserveOf(disk);
    return left < LEAST_ROOM && wouldBe > 2 * LEAST_ROOM
      ? 'it stores all that it may, and there is more room now'
      : null;
  }

  async #startAgain(why: string, { renewLimits, server }: LocalStore): Promise<void> {
    const { log } = this.#options;
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

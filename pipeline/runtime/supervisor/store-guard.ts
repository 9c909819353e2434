/**
 * A server whose disk is full stops storing and does not begin again by itself when there is room: on 2.9.10 JetStream
 * answers nothing any more, on newer ones a stream that could not be written refuses for good. This says what is full,
 * lets new work wait, and starts the server again when there is room. Nothing is lost by that: who publishes waits.
 */
import type { Probe } from '../bus/probe.ts';
import { Condition } from '../condition.ts';
import { type Disk, diskOf, diskText, isLow, mebibytes, neededOn } from '../disk.ts';
import type { Logger } from '../log/log.ts';

/** Between two looks. */
const LOOK_MS = 2_000;
/** Looks in a row without an answer (5 s each) after which a server is started again, though its disk has room. */
const SILENT_LOOKS = 6;
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

  constructor(options: StoreGuardOptions) {
    this.#options = options;
    this.#isLow = false;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
    void this.#look();
  }

  /** To be told what the server writes to its log. */
  heard(text: string): void {
    if (text.includes('no space left on device')) this.#failedWrite = true;
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
      const answer = await this.#options.probe.answers();
      this.#silent = answer === false ? this.#silent + 1 : 0;
      if (!this.#isLow && this.#isStuck(answer)) await this.#startAgain();
      else if (!this.#isLow && answer) this.#wasLow = false;
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
      log.warn({ disk: diskText(disk), needed }, 'the disk is full: new clips wait until there is room');
    else log.info({ disk: diskText(disk) }, 'there is room again');
    this.#changed.notifyAll();
  }

  #isStuck(answer: boolean | null): boolean {
    if (this.#failedWrite) return true;
    return answer === false && (this.#wasLow || this.#silent >= SILENT_LOOKS);
  }

  async #startAgain(): Promise<void> {
    const why = this.#failedWrite ? 'it could not write to its disk' : 'its JetStream does not answer';
    this.#options.log.warn({ why }, 'starting the server again');
    this.#failedWrite = false;
    this.#wasLow = false;
    this.#silent = 0;
    await this.#options.server.restart(GRACE_MS);
  }
}

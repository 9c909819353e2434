/** A long job's last checkpoint in the object store, by the job's name: whoever gets the job again goes on from it. */
import type { Bus } from '../bus/bus.ts';
import { reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';

/** Storing may take a twentieth of the job's time: how much longer is worked than stored. */
const WORK_PER_STORING = 19;

export class JobCheckpoint {
  readonly #bus: Bus;
  readonly #job: string;
  readonly #log: Logger;
  #mayStoreAt = 0;

  constructor(bus: Bus, job: string, log: Logger) {
    this.#bus = bus;
    this.#job = job;
    this.#log = log;
  }

  /** Undefined where there is none that can be read. */
  async load(): Promise<Uint8Array | undefined> {
    try {
      return (await this.#bus.objects.get('checkpoints', this.#job)) ?? undefined;
    } catch (error) {
      this.#log.warn({ job: this.#job, why: reasonOf(error) }, 'checkpoint not read');
      return undefined;
    }
  }

  /** Whether so much was worked since the last one that storing another does not take too large a share. */
  get isDue(): boolean {
    return performance.now() >= this.#mayStoreAt;
  }

  /** Replaces the one before; where the server can't take it, the job goes on all the same. */
  async save(bytes: Uint8Array): Promise<void> {
    const began = performance.now();
    try {
      await this.#bus.objects.put('checkpoints', this.#job, bytes);
    } catch (error) {
      this.#log.warn({ job: this.#job, why: reasonOf(error) }, 'checkpoint not stored');
    }
    const now = performance.now();
    this.#mayStoreAt = now + WORK_PER_STORING * (now - began);
    this.#log.debug({ job: this.#job, ms: Math.round(now - began) }, 'checkpoint');
  }

  /** When the job has ended; what is left where this fails goes with age. */
  async forget(): Promise<void> {
    await this.#bus.objects
      .delete('checkpoints', this.#job)
      .catch((error) => this.#log.warn({ job: this.#job, why: reasonOf(error) }, 'checkpoint not deleted'));
  }
}

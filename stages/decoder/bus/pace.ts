/** Keeps the decoder near its tracker: the tracker's checkpoint is watched, and frames too far ahead wait. */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { Condition } from '../../../pipeline/runtime/condition.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';

type Place = Pick<TrackerCheckpoint, 'next' | 'restart'>;

export class Pace {
  readonly #ahead: number;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #changed = new Condition();
  /** Which decoding of the clip the tracker waits for, as this one began. */
  readonly restart: number;
  #tracker: Place;

  private constructor(bus: Bus, clip: string, ahead: number, tracker: Place, signal: AbortSignal) {
    this.#ahead = ahead;
    this.#tracker = tracker;
    this.restart = tracker.restart;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    void this.#watch(bus, clip);
  }

  /** @param ahead frames that the decoder may be before the tracker */
  static async open(bus: Bus, clip: string, ahead: number, signal: AbortSignal): Promise<Pace> {
    const { value } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
    return new Pace(bus, clip, ahead, value ?? { next: 0, restart: 0 }, signal);
  }

  /** First frame that the tracker has not decided. */
  get next(): number {
    return this.#tracker.next;
  }

  /** The tracker has begun the clip anew meanwhile: it waits for another decoding's frames. */
  get isOutdated(): boolean {
    return this.#tracker.restart !== this.restart;
  }

  mayGo(index: number): boolean {
    return index < this.next + this.#ahead;
  }

  /** Resolves when the tracker has come near enough, or this decoding is outdated. */
  async reach(index: number): Promise<void> {
    while (!this.mayGo(index) && !this.isOutdated) await this.#changed.wait(this.#signal);
  }

  close(): void {
    this.#stop.abort();
  }

  async #watch(bus: Bus, clip: string): Promise<void> {
    for await (const place of bus.state.watch(checkpointKey(clip), TrackerCheckpoint, this.#signal)) {
      this.#tracker = place;
      this.#changed.notifyAll();
    }
  }
}

/** Keeps the decoder near its tracker: the tracker's checkpoint is watched, and frames too far ahead wait. */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';

export class Pace {
  readonly #ahead: number;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  #next: number;
  #wake: (() => void) | undefined;

  private constructor(bus: Bus, clip: string, ahead: number, next: number, signal: AbortSignal) {
    this.#ahead = ahead;
    this.#next = next;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    void this.#watch(bus, clip);
  }

  static async open(bus: Bus, clip: string, ahead: number, signal: AbortSignal): Promise<Pace> {
    const { value } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
    return new Pace(bus, clip, ahead, value?.next ?? 0, signal);
  }

  /** First frame that the tracker has not decided. */
  get next(): number {
    return this.#next;
  }

  mayGo(index: number): boolean {
    return index < this.#next + this.#ahead;
  }

  /** Resolves when the tracker has come near enough. */
  async reach(index: number): Promise<void> {
    while (!this.mayGo(index)) {
      this.#signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #watch(bus: Bus, clip: string): Promise<void> {
    for await (const { next } of bus.state.watch(checkpointKey(clip), TrackerCheckpoint, this.#signal)) {
      this.#next = Math.max(this.#next, next);
      this.#wake?.();
    }
  }
}

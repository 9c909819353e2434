/**
 * Keeps the decoder near its tracker: the tracker's checkpoint is watched, and frames too far ahead wait. A clip that
 * is over, tracked or given up by another stage, is waited for no longer.
 */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { Condition } from '../../../pipeline/runtime/condition.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';

type Place = Pick<TrackerCheckpoint, 'next' | 'restart'>;

export interface PacedClip {
  readonly clip: string;
  readonly camera: string;
  /** Place of the message that asked for it in CLIPS: failures before it are of an earlier try. */
  readonly sequence: number;
}

export class Pace {
  readonly #ahead: number;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #changed = new Condition();
  /** Which decoding of the clip the tracker waits for, as this one began. */
  readonly restart: number;
  #tracker: Place;
  #isOver = false;

  private constructor(bus: Bus, clip: PacedClip, ahead: number, tracker: Place, signal: AbortSignal) {
    this.#ahead = ahead;
    this.#tracker = tracker;
    this.restart = tracker.restart;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    void this.#watch(bus, clip);
    void this.#followEnd(bus, clip, ClipFailed);
    void this.#followEnd(bus, clip, ClipTracked);
  }

  /** @param ahead frames that the decoder may be before the tracker */
  static async open(bus: Bus, clip: PacedClip, ahead: number, signal: AbortSignal): Promise<Pace> {
    const { value } = await bus.state.get(checkpointKey(clip.clip), TrackerCheckpoint);
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

  /** The clip is tracked, or another stage gave it up: nobody waits for its frames. */
  get isOver(): boolean {
    return this.#isOver;
  }

  mayGo(index: number): boolean {
    return index < this.next + this.#ahead;
  }

  /** Resolves when the tracker has come near enough, or nobody waits for this decoding any more. */
  async reach(index: number): Promise<void> {
    while (!this.mayGo(index) && !this.isOutdated && !this.isOver) await this.#changed.wait(this.#signal);
  }

  close(): void {
    this.#stop.abort();
  }

  async #followEnd(
    bus: Bus,
    { clip, camera, sequence }: PacedClip,
    type: typeof ClipFailed | typeof ClipTracked,
  ): Promise<void> {
    for await (const end of bus.follow(type, { camera, clip }, { signal: this.#signal })) {
      if (end.sequence < sequence) continue;
      this.#isOver = true;
      this.#changed.notifyAll();
    }
  }

  async #watch(bus: Bus, { clip }: PacedClip): Promise<void> {
    for await (const place of bus.state.watch(checkpointKey(clip), TrackerCheckpoint, this.#signal)) {
      this.#tracker = place;
      this.#changed.notifyAll();
    }
  }
}

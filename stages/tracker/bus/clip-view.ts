/** A clip as its tracker sees it, with the bus behind it: frames that arrive, looks that are sent and answered. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { Send } from '../../../pipeline/runtime/stage/channel.ts';
import type { Commit } from '../../../pipeline/runtime/stage/stage.ts';
import type { Boxes } from '../../../schemas/boxes.ts';
import type { ClipArrived } from '../../../schemas/clip-arrived.ts';
import type { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import type { TrackerCheckpoint } from '../../../schemas/state.ts';
import type { Grey } from '../difference.ts';
import type { ClipView, FrameFacts } from '../view.ts';
import { Changes } from './changes.ts';
import { ClipFrames } from './clip-frames.ts';
import { PendingLooks } from './pending-looks.ts';

/** The clip failed in another stage: there is nothing left to track, and its failure is published already. */
export class ClipGaveUp extends Error {}

export interface BusClipViewOptions {
  readonly bus: Bus;
  readonly arrival: Incoming<typeof ClipArrived>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Where the handler's messages leave. */
  readonly send: Send<Outgoing | Commit>;
  readonly from: Pick<TrackerCheckpoint, 'next' | 'restart' | 'window'>;
  /** Seconds after which an unanswered look is sent again, and a frame that never comes is given up. */
  readonly answerS: number;
}

export class BusClipView implements ClipView {
  readonly #bus: Bus;
  readonly #arrival: Incoming<typeof ClipArrived>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #changes: Changes;
  readonly #frames: ClipFrames;
  readonly #looks: PendingLooks;

  constructor({ bus, arrival, log, signal, send, from, answerS }: BusClipViewOptions) {
    this.#bus = bus;
    this.#arrival = arrival;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#changes = new Changes(this.#signal);
    const answerMs = answerS * 1000;
    const shared = { bus, arrival, log, signal: this.#signal, changes: this.#changes, answerMs };
    const first = from.window[0]?.index ?? from.next;
    this.#frames = new ClipFrames({ ...shared, next: from.next, first, restart: from.restart });
    this.#looks = new PendingLooks({ ...shared, send, restart: from.restart });
    void this.#followFailure();
    const tick = setInterval(
      () => {
        this.#looks.repeatUnanswered();
        this.#changes.notify(); // whoever waits for a frame that is lost looks at the clock
      },
      Math.min(1_000, answerMs / 2),
    );
    this.#signal.addEventListener('abort', () => clearInterval(tick), { once: true });
  }

  /** What the decoder said of the clip; known when {@link frame} has given null. */
  get decoded(): ClipDecoded | undefined {
    return this.#frames.decoded;
  }

  frame(index: number): Promise<FrameFacts | null> {
    this.#looks.forgetBefore(index);
    return this.#frames.next(index);
  }

  arrived(index: number): FrameFacts | undefined {
    return this.#frames.arrived(index);
  }

  look(index: number, regions: readonly Box[]): void {
    this.#looks.ask(index, regions);
  }

  answer(index: number): Promise<Boxes> {
    return this.#looks.answer(index);
  }

  grey(index: number, region: Box): Promise<Grey> {
    return this.#frames.grey(index, region);
  }

  raster(index: number): Promise<Raster> {
    return this.#frames.raster(index);
  }

  /** @throws PoisonError where the frame is gone */
  jpeg(index: number): Promise<Uint8Array> {
    return this.#frames.jpeg(index);
  }

  /** Stream sequence before which no frame from `index` on lies: what is before it can be freed. */
  sequenceBefore(index: number): number | undefined {
    return this.#frames.sequenceBefore(index);
  }

  close(): void {
    this.#stop.abort();
  }

  async #followFailure(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    const options = { signal: this.#signal };
    for await (const { body, sequence } of this.#bus.follow(ClipFailed, { camera, clip }, options)) {
      if (sequence > this.#arrival.sequence) this.#changes.fail(new ClipGaveUp(body.reason)); // else of an earlier try
    }
  }
}

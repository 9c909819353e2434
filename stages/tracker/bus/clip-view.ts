/** A clip as its tracker sees it on the bus: frames that arrive, looks that are sent, boxes that come back. */
import { createHash } from 'node:crypto';
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { decodeImage, type Raster, toGrey } from '../../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Incoming, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import { Boxes } from '../../../schemas/boxes.ts';
import type { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { Frame } from '../../../schemas/frame.ts';
import { Look } from '../../../schemas/look.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Grey } from '../difference.ts';
import type { ClipView, FrameFacts } from '../view.ts';

/** The clip failed in another stage: there is nothing left to track, and somebody has said so already. */
export class ClipGaveUp extends Error {}

interface Arrived extends FrameFacts {
  readonly sequence: number;
}

interface Asked {
  readonly regions: readonly Box[];
  readonly key: string;
  attempt: number;
  sentAt: number;
  answer?: Boxes;
}

export interface BusClipViewOptions {
  readonly bus: Bus;
  readonly arrival: Incoming<typeof ClipArrived>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** First frame that is not decided. */
  readonly next: number;
  /** Seconds after which an unanswered look is sent again, and a frame that never comes is given up. */
  readonly answerS: number;
}

/** Decoded frames that are kept for differences: this one and the one before. */
const RASTERS_KEPT = 3;

export class BusClipView implements ClipView {
  readonly #bus: Bus;
  readonly #arrival: Incoming<typeof ClipArrived>;
  readonly #log: Logger;
  readonly #answerMs: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #frames = new Map<number, Arrived>();
  readonly #asked = new Map<number, Asked>();
  readonly #rasters = new Map<number, Promise<Raster>>();
  #decoded: ClipDecoded | undefined;
  #failure: Error | undefined;
  /** First frame that may still be asked for. */
  #next: number;
  #wake: (() => void) | undefined;

  constructor({ bus, arrival, log, signal, next, answerS }: BusClipViewOptions) {
    this.#bus = bus;
    this.#arrival = arrival;
    this.#log = log;
    this.#answerMs = answerS * 1000;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#next = next;
    void this.#followFrames();
    void this.#followEnd();
    void this.#followFailure();
    void this.#followBoxes();
    const repeat = setInterval(() => this.#repeatUnanswered(), Math.min(1_000, this.#answerMs / 2));
    const wake = setInterval(() => this.#wake?.(), 1_000);
    this.#signal.addEventListener('abort', () => {
      clearInterval(repeat);
      clearInterval(wake);
      this.#wake?.();
    });
  }

  /** What the decoder said of the clip; known when {@link frame} has given null. */
  get decoded(): ClipDecoded | undefined {
    return this.#decoded;
  }

  async frame(index: number): Promise<FrameFacts | null> {
    this.#forgetBefore(index);
    let missingSince = 0;
    for (;;) {
      const frame = this.#frames.get(index);
      if (frame) return frame;
      if (this.#decoded && index >= this.#decoded.frames) return null;
      if (this.#decoded) {
        missingSince ||= Date.now();
        if (Date.now() - missingSince > this.#answerMs) return this.#lost(index, this.#decoded);
      }
      await this.#change();
    }
  }

  arrived(index: number): FrameFacts | undefined {
    return this.#frames.get(index);
  }

  look(index: number, regions: readonly Box[]): void {
    const key = keyOf(regions);
    if (this.#asked.get(index)?.key === key) return;
    const asked: Asked = { regions, key, attempt: 0, sentAt: 0 };
    this.#asked.set(index, asked);
    this.#send(index, asked);
  }

  async answer(index: number): Promise<Boxes> {
    for (;;) {
      const asked = this.#asked.get(index);
      if (!asked) throw new TypeError(`no look was asked for at frame ${index}`);
      if (asked.answer) return asked.answer;
      await this.#change();
    }
  }

  async grey(index: number, region: Box): Promise<Grey> {
    let raster = this.#rasters.get(index);
    if (!raster) {
      raster = this.jpeg(index).then((jpeg) => decodeImage(jpeg, this.#frameSubject(index)));
      this.#rasters.set(index, raster);
      for (const old of this.#rasters.keys()) {
        if (this.#rasters.size > RASTERS_KEPT) this.#rasters.delete(old);
      }
    }
    return toGrey(await raster, region);
  }

  /** @throws PoisonError where the frame is gone */
  async jpeg(index: number): Promise<Uint8Array> {
    const frame = await this.#bus.last(Frame, this.#frameSubject(index));
    if (!frame)
      throw new PoisonError(`frame ${index} of ${this.#arrival.body.file} is not on the bus any more`);
    return frame.payload;
  }

  /** Stream sequence before which no frame from `index` on lies; what is before it can be freed. */
  sequenceBefore(index: number): number | undefined {
    let first: number | undefined;
    for (const [at, { sequence }] of this.#frames) {
      if (at >= index && (first === undefined || sequence < first)) first = sequence;
    }
    return first;
  }

  close(): void {
    this.#stop.abort();
  }

  #lost(index: number, { width, height }: ClipDecoded): FrameFacts {
    this.#log.error({ index }, 'frame lost');
    return { index, pts: 0, width, height, skipped: 'lost' };
  }

  #forgetBefore(index: number): void {
    this.#next = index;
    // The frame before is still needed: for the difference, and to know what may be freed.
    for (const at of this.#asked.keys()) if (at < index) this.#asked.delete(at);
    for (const at of this.#frames.keys()) if (at < index - 64) this.#frames.delete(at);
  }

  /** Resolves when something has arrived; rejects when there is nothing to wait for. */
  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#failure) throw this.#failure;
    this.#signal.throwIfAborted();
  }

  #frameSubject(index: number): string {
    const { camera, clip } = this.#arrival.body;
    return subjectOf(Frame, { camera, clip, index });
  }

  #send(index: number, asked: Asked): void {
    const { camera, clip } = this.#arrival.body;
    asked.sentAt = Date.now();
    const body: Look = {
      clip,
      index,
      frame: subjectOf(Frame, { camera, clip, index }),
      regions: asked.regions.map((region) => [...region]),
    };
    const id = `look.${clip}.${index}.${asked.key}.${asked.attempt}`;
    const look = outgoing(Look, { clip, index }, body, { id, parent: this.#arrival.traceparent });
    this.#bus.publish(look, { signal: this.#signal }).catch((error: unknown) => {
      if (!this.#signal.aborted) this.#log.warn({ index, why: reasonOf(error) }, 'look not sent');
    });
  }

  /**
   * A look or its answer can get lost (a server restored without them): both are asked for again. The old look is
   * taken back first, so that they do not pile up where there is no detector for a while.
   */
  #repeatUnanswered(): void {
    const late = Date.now() - this.#answerMs;
    for (const [index, asked] of this.#asked) {
      if (asked.answer || asked.sentAt > late) continue;
      asked.attempt += 1;
      asked.sentAt = Date.now();
      this.#log.debug({ index, attempt: asked.attempt }, 'asking again');
      this.#bus
        .purge(Look, { clip: this.#arrival.body.clip, index })
        .catch((error: unknown) =>
          this.#log.debug({ index, why: reasonOf(error) }, 'old look not taken back'),
        )
        .then(() => this.#send(index, asked));
    }
  }

  async #followFrames(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    const options = { signal: this.#signal, headersOnly: true };
    for await (const { body, sequence } of this.#bus.follow(Frame, { camera, clip }, options)) {
      if (body.index >= this.#next - 1 && !this.#frames.has(body.index)) {
        this.#frames.set(body.index, { ...body, sequence });
        this.#wake?.();
      }
    }
  }

  async #followEnd(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    for await (const { body } of this.#bus.follow(ClipDecoded, { camera, clip }, { signal: this.#signal })) {
      this.#decoded = body;
      this.#wake?.();
    }
  }

  async #followFailure(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    for await (const { body, sequence } of this.#bus.follow(
      ClipFailed,
      { camera, clip },
      { signal: this.#signal },
    )) {
      if (sequence < this.#arrival.sequence) continue; // of an earlier try
      this.#failure = new ClipGaveUp(body.reason);
      this.#wake?.();
    }
  }

  async #followBoxes(): Promise<void> {
    const { clip } = this.#arrival.body;
    for await (const { body } of this.#bus.follow(Boxes, { clip }, { signal: this.#signal })) {
      const asked = this.#asked.get(body.index);
      if (asked && !asked.answer && asked.key === keyOf(body.regions)) {
        asked.answer = body;
        this.#wake?.();
      }
    }
  }
}

function keyOf(regions: readonly Box[]): string {
  return createHash('sha256').update(JSON.stringify(regions)).digest('hex').slice(0, 12);
}

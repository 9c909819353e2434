/** The frames of a clip on the bus: what has arrived, where it ends, and the pixels of those that are asked for. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { decodeImage, type Raster, toGrey } from '../../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Incoming } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import { Frame } from '../../../schemas/frame.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Grey } from '../difference.ts';
import type { FrameFacts } from '../view.ts';
import type { Changes } from './changes.ts';

interface ArrivedFrame extends FrameFacts {
  readonly sequence: number;
}

export interface ClipFramesOptions {
  readonly bus: Bus;
  readonly arrival: Incoming<typeof ClipArrived>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly changes: Changes;
  /** First frame that is not decided. */
  readonly next: number;
  /** Which decoding's end counts. */
  readonly restart: number;
  /** A frame that is missing for so long when the clip has been decoded is given up. */
  readonly answerMs: number;
}

/** Decoded frames that are held for differences: this one, the one before, and one in between when looks are retried. */
const MOST_RASTERS = 3;

/** Facts of frames that are decided are needed for so long: the one before for the difference, and for what is freed. */
const FRAMES_BEHIND = 64;

export class ClipFrames {
  readonly #bus: Bus;
  readonly #arrival: Incoming<typeof ClipArrived>;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #changes: Changes;
  readonly #restart: number;
  readonly #answerMs: number;
  readonly #arrived = new Map<number, ArrivedFrame>();
  readonly #rasters = new Map<number, Promise<Raster>>();
  #decoded: ClipDecoded | undefined;
  #next: number;

  constructor({ bus, arrival, log, signal, changes, next, restart, answerMs }: ClipFramesOptions) {
    this.#bus = bus;
    this.#arrival = arrival;
    this.#log = log;
    this.#signal = signal;
    this.#changes = changes;
    this.#next = next;
    this.#restart = restart;
    this.#answerMs = answerMs;
    void this.#followFrames();
    void this.#followEnd();
  }

  /** What the decoder said of the clip; known when {@link next} has given null. */
  get decoded(): ClipDecoded | undefined {
    return this.#decoded;
  }

  /** The frame, when it has been decoded; null behind the last one. Frames before it are forgotten. */
  async next(index: number): Promise<FrameFacts | null> {
    this.#next = index;
    for (const at of this.#arrived.keys()) if (at < index - FRAMES_BEHIND) this.#arrived.delete(at);
    let missingSince = 0;
    for (;;) {
      const frame = this.#arrived.get(index);
      if (frame) return frame;
      if (this.#decoded && index >= this.#decoded.frames) return null;
      if (this.#decoded) {
        missingSince ||= Date.now();
        if (Date.now() - missingSince > this.#answerMs) return this.#lost(index, this.#decoded);
      }
      await this.#changes.next();
    }
  }

  arrived(index: number): FrameFacts | undefined {
    return this.#arrived.get(index);
  }

  /** Grey levels of a region of a frame. @throws PoisonError where the frame is gone or no picture */
  async grey(index: number, region: Box): Promise<Grey> {
    let raster = this.#rasters.get(index);
    if (!raster) {
      raster = this.jpeg(index).then((jpeg) => decodeImage(jpeg, this.#subject(index)));
      this.#rasters.set(index, raster);
      for (const old of this.#rasters.keys()) {
        if (this.#rasters.size > MOST_RASTERS) this.#rasters.delete(old);
      }
    }
    return toGrey(await raster, region);
  }

  /** @throws PoisonError where the frame is gone */
  async jpeg(index: number): Promise<Uint8Array> {
    const frame = await this.#bus.last(Frame, this.#subject(index));
    if (!frame)
      throw new PoisonError(`frame ${index} of ${this.#arrival.body.file} is not on the bus any more`);
    return frame.payload;
  }

  /** Stream sequence before which no frame from `index` on lies: what is before it can be freed. */
  sequenceBefore(index: number): number | undefined {
    let first: number | undefined;
    for (const [at, { sequence }] of this.#arrived) {
      if (at >= index && (first === undefined || sequence < first)) first = sequence;
    }
    return first;
  }

  #lost(index: number, { width, height }: ClipDecoded): FrameFacts {
    this.#log.error({ index }, 'frame lost');
    return { index, pts: 0, width, height, skipped: 'lost' };
  }

  #subject(index: number): string {
    const { camera, clip } = this.#arrival.body;
    return subjectOf(Frame, { camera, clip, index });
  }

  async #followFrames(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    const options = { signal: this.#signal, headersOnly: true };
    for await (const { body, sequence } of this.#bus.follow(Frame, { camera, clip }, options)) {
      if (body.index < this.#next - 1 || this.#arrived.has(body.index)) continue;
      this.#arrived.set(body.index, { ...body, sequence });
      this.#changes.notify();
    }
  }

  async #followEnd(): Promise<void> {
    const { camera, clip } = this.#arrival.body;
    for await (const { body } of this.#bus.follow(ClipDecoded, { camera, clip }, { signal: this.#signal })) {
      if ((body.restart ?? 0) !== this.#restart) continue; // its frames are gone
      this.#decoded = body;
      this.#changes.notify();
    }
  }
}

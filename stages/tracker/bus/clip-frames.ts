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
import { Image } from '../../../schemas/image.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Grey } from '../difference.ts';
import type { FrameFacts } from '../view.ts';
import type { Changes } from './changes.ts';
import { Rasters } from './rasters.ts';

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
  /** First frame that is not published. */
  readonly first: number;
  /** Which decoding's end counts. */
  readonly restart: number;
  /** A frame that is missing for so long when the clip has been decoded is given up. */
  readonly answerMs: number;
}

/** Decoded frames that are held: for differences this one and the one before, for hindsight a few more. */
const MOST_RASTERS = 6;

/** Facts of frames that are decided are needed for so long: for what is freed, behind the longest window. */
const FRAMES_BEHIND = 256;

export class ClipFrames {
  readonly #bus: Bus;
  readonly #arrival: Incoming<typeof ClipArrived>;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #changes: Changes;
  readonly #restart: number;
  readonly #answerMs: number;
  readonly #arrived = new Map<number, ArrivedFrame>();
  readonly #rasters: Rasters;
  readonly #first: number;
  #decoded: ClipDecoded | undefined;
  #next: number;

  constructor({ bus, arrival, log, signal, changes, next, first, restart, answerMs }: ClipFramesOptions) {
    this.#bus = bus;
    this.#arrival = arrival;
    this.#log = log;
    this.#signal = signal;
    this.#changes = changes;
    this.#next = next;
    this.#first = first;
    this.#restart = restart;
    this.#answerMs = answerMs;
    this.#rasters = new Rasters(
      async (index) => decodeImage(await this.#kept(index), this.#subject(index)),
      MOST_RASTERS,
    );
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
    return toGrey(await this.raster(index), region);
  }

  /** The whole picture. @throws PoisonError where it is gone or no picture */
  raster(index: number): Promise<Raster> {
    return this.#rasters.get(index);
  }

  /** Of a frame that is not freed, or has a label: those are kept. */
  async #kept(index: number): Promise<Uint8Array> {
    const frame = await this.#bus.last(Frame, this.#subject(index));
    if (frame) return frame.payload;
    const image = await this.#bus.last(Image, subjectOf(Image, { clip: this.#arrival.body.clip, index }));
    if (image) return image.payload;
    throw new PoisonError(`frame ${index} of ${this.#arrival.body.file} is not on the bus any more`);
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
      if (body.index < this.#first - 1 || this.#arrived.has(body.index)) continue;
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

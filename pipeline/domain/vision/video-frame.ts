/** One decoded picture as the rest of the pipeline sees it. */
import { crc32 } from 'node:zlib';
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { FFmpegError, type Frame, type Stream } from 'node-av/lib';
import { PoisonError } from '../../runtime/errors.ts';
import type { Raster } from './image.ts';
import type { FrameConverter } from './video-convert.ts';

/**
 * A frame of a clip. Its pixels stay with the decoder until they are asked for: call `jpeg` or `raster`
 * before the next frame is taken from the generator (waiting for the answer may come later).
 */
export interface VideoFrame {
  /** 0-based, dense, in the order of display, which is the order the decoder gives. */
  readonly index: number;
  /** Seconds since the first frame. */
  readonly pts: number;
  /** The decoder had to guess parts of this picture: its data is damaged. */
  readonly damaged: boolean;
  /** Its time in the stream's own unit; null where it has none. */
  readonly stamp: bigint | null;
  /** Decoding can begin here. */
  readonly isKeyframe: boolean;
  /** CRC-32 of the decoded pixels: 0.2 ms for 640 x 360. */
  digest(): number;
  /**
   * JPEG of the upright picture, the same bytes on every run.
   *
   * @param quality 1..100, in steps of 5 about as good (PSNR) as libjpeg's
   * @param maxBytes coarser steps are taken until it is no larger
   */
  jpeg(quality: number, maxBytes?: number): Promise<Uint8Array>;
  /** The upright picture as RGB. */
  raster(): Promise<Raster>;
}

/** Holds a reference to the decoder's picture until it is released and no call uses it any more. */
export class DecodedFrame implements VideoFrame {
  readonly index: number;
  readonly pts: number;
  readonly damaged: boolean;
  readonly stamp: bigint | null;
  readonly isKeyframe: boolean;
  readonly #converter: FrameConverter;
  readonly #frame: Frame | null;
  #users = 1;
  #released = false;

  constructor(frame: Frame, converter: FrameConverter, index: number, pts: number, damaged: boolean) {
    this.#frame = frame.clone();
    this.#converter = converter;
    this.index = index;
    this.pts = pts;
    this.damaged = damaged;
    const stamp = frame.bestEffortTimestamp;
    this.stamp = stamp === AV_NOPTS_VALUE ? null : stamp;
    this.isKeyframe = frame.keyFrame !== 0;
  }

  digest(): number {
    if (this.#released || this.#frame === null) throw this.#gone();
    return crc32(this.#frame.toBuffer());
  }

  jpeg(quality: number, maxBytes?: number): Promise<Uint8Array> {
    return this.#use((frame) => this.#converter.jpeg(frame, quality, maxBytes));
  }

  raster(): Promise<Raster> {
    return this.#use((frame) => this.#converter.raster(frame));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#unuse();
  }

  async #use<T>(work: (frame: Frame) => Promise<T>): Promise<T> {
    if (this.#released || this.#frame === null) throw this.#gone();
    this.#users++;
    try {
      return await work(this.#frame);
    } catch (error) {
      if (!(error instanceof FFmpegError)) throw error;
      // A filter graph that can't be built, a size that no JPEG has: the same on every attempt.
      throw new PoisonError(`frame ${this.index} can't be converted`, { found: error.message, cause: error });
    } finally {
      this.#unuse();
    }
  }

  #gone(): Error {
    return new Error(`frame ${this.index} is gone; take its pixels before the next frame`);
  }

  #unuse(): void {
    if (--this.#users === 0) this.#frame?.free();
  }
}

/** Presentation times in seconds since the first frame; a frame without one is a frame's length after the last. */
export class Clock {
  readonly #unit: number;
  /** Length of a frame at the clip's average rate, s. */
  readonly stepS: number;
  #first: number | undefined;
  #last = 0;

  /** @param from a frame whose time is known already */
  constructor(stream: Stream, from?: { readonly stamp: bigint; readonly pts: number }) {
    this.#unit = stream.timeBase.toDouble();
    if (from) this.#first = Number(from.stamp) * this.#unit - from.pts;
    const { num, den } = stream.avgFrameRate;
    const fps = num > 0 && den > 0 ? num / den : 25;
    this.stepS = 1 / fps;
  }

  seconds(frame: Frame, index: number): number {
    const stamp = frame.bestEffortTimestamp;
    if (stamp === AV_NOPTS_VALUE) {
      this.#last += index === 0 ? 0 : this.stepS;
    } else {
      const seconds = Number(stamp) * this.#unit;
      this.#first ??= seconds - (index === 0 ? 0 : this.#last + this.stepS);
      this.#last = seconds - this.#first;
    }
    return this.#last;
  }
}

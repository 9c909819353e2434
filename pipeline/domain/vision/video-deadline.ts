/**
 * A stream that sends a byte now and then, or no end of what is no picture, is never silent: whoever waits for its
 * next picture would wait for ever, and hold the place of a decoder.
 */
import type { FormatContext } from 'node-av/lib';
import { RetryableError } from '../../runtime/errors.ts';

/** Longer than a stream may be silent, because a picture is many packets. */
const PER_SILENCE = 3;

/** Interrupts FFmpeg where a stream's next picture takes too long; files are read at once, and have no deadline. */
export class PictureDeadline {
  readonly #format: FormatContext;
  readonly #name: string;
  readonly #seconds: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param timeoutS how long the stream may be silent; 0: no deadline */
  constructor(format: FormatContext, name: string, timeoutS: number) {
    this.#format = format;
    this.#name = name;
    this.#seconds = PER_SILENCE * timeoutS;
  }

  /** From now on the next picture is waited for. */
  begin(): void {
    this.end();
    if (this.#seconds === 0) return;
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#format.interrupt();
    }, this.#seconds * 1_000);
  }

  /** It has come, or nobody waits. */
  end(): void {
    clearTimeout(this.#timer);
  }

  /** @throws RetryableError where it took too long */
  check(): void {
    if (!this.#isOver) return;
    const found = `no picture in ${this.#seconds} s`;
    throw new RetryableError(`${this.#name} gives no picture`, { found, expected: 'a video stream' });
  }
}

/**
 * What decoding a clip from its start gave, frame by frame. A picture that is reached from a keyframe in the middle is
 * held against it. No container proves which index that picture has: a packet may give no frame, or two packets one.
 */
import { Condition } from '../../runtime/condition.ts';
import type { Keyframe } from './video-decode.ts';
import type { VideoFrame } from './video-frame.ts';

export class SeekIndex {
  readonly #stamps: (bigint | null)[] = [];
  readonly #digests: number[] = [];
  readonly #keyframes: Keyframe[] = [];
  readonly #grown = new Condition();
  /** The latest time so far: a keyframe that is not behind it can't be found by its own. */
  #latest: bigint | undefined;
  #readers = 0;

  /** Frames that are known, from the first on. */
  get length(): number {
    return this.#digests.length;
  }

  /** Somebody decodes the clip from its start at the moment, as fast as it goes. */
  get isBeingRead(): boolean {
    return this.#readers > 0;
  }

  /** Adds a frame of a decoding from the start; one that is known stays. */
  note(frame: VideoFrame): void {
    const { index, stamp, pts, isKeyframe } = frame;
    if (index !== this.length) return;
    const isLatest = stamp !== null && (this.#latest === undefined || stamp > this.#latest);
    if (isLatest) this.#latest = stamp;
    if (isLatest && isKeyframe) this.#keyframes.push({ index, stamp, pts });
    this.#stamps.push(stamp);
    this.#digests.push(frame.digest());
    this.#grown.notifyAll();
  }

  /** The last keyframe that is not behind the frame; undefined where the frame is not known, or has to be read from 0. */
  keyframeBefore(index: number): Keyframe | undefined {
    if (index >= this.length) return undefined;
    const keyframe = this.#keyframes.findLast((known) => known.index <= index);
    return keyframe && keyframe.index > 0 ? keyframe : undefined;
  }

  /** Whether this is the frame that a decoding from the start gave for this index, pixel by pixel. */
  isSame(frame: VideoFrame): boolean {
    const { index } = frame;
    return this.#stamps[index] === frame.stamp && this.#digests[index] === frame.digest();
  }

  /** Marks the clip as read from its start, until the answer is called. */
  beginReading(): () => void {
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
      this.#grown.notifyAll();
    };
  }

  /** Resolves when another frame is known, or a reader has ended. @throws the signal's reason when aborted */
  grown(signal?: AbortSignal): Promise<void> {
    return this.#grown.wait(signal);
  }
}

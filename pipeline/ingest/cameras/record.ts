/** A camera's stream to files of some length, as it comes: nothing is decoded, so recording keeps up with any camera. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Muxer } from 'node-av/api';
import { type FormatContext, Packet } from 'node-av/lib';
import { readPacket } from '../../domain/vision/video-decode.ts';
import { type OpenClip, openClip } from '../../domain/vision/video-open.ts';
import { closedPart, finishAbandoned, openPart } from './unfinished.ts';

export interface RecordOptions {
  /** Made where it is missing. A file lies in it under its own name once it is complete. */
  readonly folder: string;
  /** A file ends with the first keyframe after so long. */
  readonly segmentS: number;
  /** A camera that is silent for so long is lost. */
  readonly timeoutS: number;
  readonly signal: AbortSignal;
}

/**
 * Records until the stream ends.
 *
 * @param url as {@link openClip} takes it
 * @throws RetryableError where the stream can't be reached or breaks off; PoisonError where it has no picture that can
 *   be decoded; the signal's reason. What has come until then is kept.
 */
export async function recordStream(url: string, options: RecordOptions): Promise<void> {
  const { folder, segmentS, timeoutS, signal } = options;
  await mkdir(folder, { recursive: true });
  await finishAbandoned(folder);
  const clip = await openClip(url, timeoutS, signal);
  const interrupt = () => clip.format.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  const packet = new Packet();
  packet.alloc();
  let segment: Segment | undefined;
  try {
    while (await readPacket(clip, packet, { signal })) {
      const { num, den } = clip.stream.timeBase;
      const seconds = (Number(packet.pts) * num) / den;
      if (packet.isKeyframe && !segment?.holds(seconds, segmentS)) {
        await segment?.finish();
        segment = await Segment.open(folder, clip, seconds);
      }
      // Pictures before the first keyframe can't be decoded.
      packet.timeBase = clip.stream.timeBase;
      await segment?.write(packet);
      packet.unref();
    }
  } finally {
    signal.removeEventListener('abort', interrupt);
    packet.free();
    await segment?.finish();
    await clip.format.closeInput();
  }
}

/** One file. */
class Segment {
  readonly #path: string;
  readonly #part: string;
  readonly #muxer: Muxer;
  readonly #track: number;
  readonly #began: number;

  private constructor(path: string, part: string, muxer: Muxer, track: number, began: number) {
    this.#path = path;
    this.#part = part;
    this.#muxer = muxer;
    this.#track = track;
    this.#began = began;
  }

  /** @param began by the stream's clock, seconds */
  static async open(folder: string, { stream }: OpenClip, began: number): Promise<Segment> {
    const path = join(folder, `${nameNow()}.mkv`);
    const part = openPart(path);
    const options = { avoid_negative_ts: 'make_zero' };
    const muxer = await Muxer.open(part, { format: 'matroska', options, configure: clearTags });
    return new Segment(path, part, muxer, muxer.addStream(stream), began);
  }

  /** Whether a picture of that time belongs here; where a camera sets its clock back, another file begins. */
  holds(seconds: number, lengthS: number): boolean {
    return seconds >= this.#began && seconds < this.#began + lengthS;
  }

  async write(packet: Packet): Promise<void> {
    await this.#muxer.writePacket(packet, this.#track);
  }

  async finish(): Promise<void> {
    try {
      await this.#muxer.close();
      await rename(this.#part, this.#path);
    } finally {
      closedPart(this.#part);
    }
  }
}

let lastName = 0;

/** The time at which a file began, UTC. No two names are alike: what a camera has buffered comes all at once. */
function nameNow(): string {
  lastName = Math.max(Date.now(), lastName + 1);
  return new Date(lastName).toISOString().replace(/[:.]/g, '-');
}

/** The codec's number in the camera's container means something else in Matroska's. */
function clearTags({ streams }: FormatContext): void {
  for (const { codecpar } of streams) codecpar.codecTag = 0;
}

/**
 * Holes in the middle of a clip. A demuxer that meets bytes which make no sense goes on behind them without a word, and
 * Matroska, WebM, ASF and MPEG's program stream announce no number of frames. Time alone tells nothing: cameras drop ticks. Bytes that are in no
 * packet at the very place where time is missing do.
 */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Packet } from 'node-av/lib';
import type { OpenClip } from './video-open.ts';

/**
 * Containers that lie packet behind packet and announce no number of frames, and how many bytes of headers may be between
 * two packets: 7-24 in Matroska, 20 in FLV, with their padding up to 620 in ASF, and two packs in a program stream.
 */
const MOST_BETWEEN: Readonly<Record<string, number>> = { matroska: 256, flv: 256, asf: 2_048, mpeg: 4_096 };

/** Times of decoding are guessed where pictures are reordered: a jump may show so many packets later. */
const REORDERED = 16;

/** Holes that were found. */
export interface FoundHoles {
  readonly holes: number;
  /** Frames that would fill their time, at the clip's usual step; time may also go back, and none is missing then. */
  readonly missingFrames: number;
}

/** To be shown every packet of a file, as it is read. */
export class Holes {
  /** Bytes; undefined where packets do not lie in order. */
  readonly #mostBetween: number | undefined;
  readonly #isFlv: boolean;
  readonly #picture: number;
  /** Where the last packet ended, bytes. */
  #end: number | undefined;
  /** Steps that may still show what was skipped. */
  #suspected = 0;
  #last: number | undefined;
  /** Of the picture, since the last one with a time. */
  #packets = 0;
  /** How often each step of time came, in the stream's unit. */
  readonly #steps = new Map<number, number>();
  /** Steps behind a hole of bytes. */
  readonly #torn: number[] = [];

  constructor({ format, stream, live }: OpenClip) {
    const names = format.iformat?.name?.split(',') ?? []; // `matroska,webm`; `mpegts` is not `mpeg`
    this.#isFlv = names.includes('flv');
    const known = Object.keys(MOST_BETWEEN).find((name) => names.includes(name));
    this.#mostBetween = live || !known ? undefined : MOST_BETWEEN[known];
    this.#picture = stream.index;
  }

  note({ pos, size, dts, streamIndex }: Packet): void {
    if (this.#mostBetween === undefined) return;
    // In a program stream a packet that begins inside another's pack has neither place nor time of its own.
    const begin = pos < 0n ? this.#end : Number(pos);
    if (begin === undefined) return;
    if (this.#end !== undefined && this.#isSkipped(begin - this.#end, this.#mostBetween))
      this.#suspected = REORDERED;
    this.#end = begin + size;
    if (streamIndex !== this.#picture) return;
    this.#packets += 1;
    if (dts === AV_NOPTS_VALUE) return;
    const at = Number(dts);
    if (this.#last !== undefined) this.#step((at - this.#last) / this.#packets);
    this.#last = at;
    this.#packets = 0;
  }

  /** What is missing; undefined where nothing is. */
  found(): FoundHoles | undefined {
    const [usual] = [...this.#steps].reduce((most, next) => (next[1] > most[1] ? next : most), [0, 0]);
    const torn = this.#torn.filter((step) => Math.abs(step - usual) > usual / 2);
    if (torn.length === 0) return undefined;
    const missing = torn.map((step) => (usual > 0 ? Math.max(0, Math.round(step / usual) - 1) : 0));
    return { holes: torn.length, missingFrames: missing.reduce((sum, frames) => sum + frames, 0) };
  }

  /** Of FLV the demuxer also goes back, to find a tag again; in the others packets may share a place. */
  #isSkipped(bytes: number, most: number): boolean {
    return bytes > most || (this.#isFlv && bytes < 0);
  }

  #step(step: number): void {
    if (this.#suspected > 0) this.#torn.push(step);
    this.#suspected = Math.max(0, this.#suspected - 1);
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1);
  }
}

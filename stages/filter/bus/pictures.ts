/** Pictures of frames by index, wherever they are: kept, on their way through the pipeline, or still in the file. */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, RetryableError, reasonOf, UsageError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import { retryForever } from '../../../pipeline/runtime/retry.ts';
import { Frame } from '../../../schemas/frame.ts';
import { Image } from '../../../schemas/image.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { StillsJob } from '../../../schemas/stills-job.ts';
import { sourceOf } from '../studio/clip-state.ts';
import type { Projection } from '../studio/projection.ts';

/** What is known of the clip whose frames are wanted. */
export interface PictureSource {
  readonly clip: string;
  readonly camera: string;
  readonly file: string;
  /** Path that the decoder opens. */
  readonly source: string;
}

/** @throws UsageError where nobody says where the clip is */
export function pictureSource(projection: Projection, clip: string): PictureSource {
  const facts = projection.facts(clip);
  const where = facts && sourceOf(facts);
  if (!where) throw new UsageError(`no clip ${clip}`);
  const { file, source } = where;
  return { clip, camera: projection.clip(clip).camera, file, source };
}

/** Requests of so many milliseconds are one job: a page asks for neighbours at once. */
const GATHER_MS = 15;
/** Frames of one job. */
const MOST = 64;
/** Jobs of which it is known what they asked for. */
const MOST_JOBS = 1_000;
const AGAIN = { firstMs: 40, longestMs: 500 };

export class Pictures {
  readonly #bus: Bus;
  readonly #log: Logger;
  /** Asked for, and not yet in a job. */
  readonly #gathering = new Map<string, { readonly source: PictureSource; readonly indices: Set<number> }>();
  /** In a job that is not answered yet. */
  readonly #asked = new Set<string>();
  /** By job: its frames. */
  readonly #jobs = new Map<string, readonly string[]>();
  /** By frame: those who wait for it. */
  readonly #waiting = new Map<string, Set<AbortController>>();

  constructor(bus: Bus, log: Logger) {
    this.#bus = bus;
    this.#log = log;
  }

  /**
   * @param camera null where the clip is not known
   * @returns the JPEG where it is on the bus already
   */
  async stored(clip: string, camera: string | null, index: number): Promise<Uint8Array | null> {
    const image = await this.#bus.last(Image, subjectOf(Image, { clip, index }));
    if (image || camera === null) return image?.payload ?? null;
    const frame = await this.#bus.last(Frame, subjectOf(Frame, { camera, clip, index }));
    return frame && frame.payload.length > 0 ? frame.payload : null;
  }

  /**
   * Makes sure that it is kept: what was drawn on is learned from, long after its clip's frames are gone.
   * @returns false where `signal` was aborted before
   */
  async keep(source: PictureSource, index: number, signal: AbortSignal): Promise<boolean> {
    const { clip } = source;
    if (await this.#bus.last(Image, subjectOf(Image, { clip, index }))) return true;
    return (await this.decoded(source, index, signal)) !== null;
  }

  /**
   * Waits until the decoder has it.
   * @returns null where `signal` was aborted before
   * @throws PoisonError saying why it can't be had
   */
  async decoded(source: PictureSource, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const { clip } = source;
    const key = `${clip}.${index}`;
    if (!this.#asked.has(key)) this.#gather(source, index);
    const lost = new AbortController();
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(lost));
    const look = async () => {
      const image = await this.#bus.last(Image, subjectOf(Image, { clip, index }));
      if (!image) throw new RetryableError(`frame ${index} of clip ${clip} is not there yet`);
      return image.payload;
    };
    try {
      return await retryForever(look, {
        backoff: AGAIN,
        isTransient: (error) => error instanceof RetryableError,
        signal: AbortSignal.any([signal, lost.signal]),
      });
    } catch (error) {
      if (signal.aborted) return null;
      if (!lost.signal.aborted) throw error;
      // The job may have given this one before it failed at another.
      const image = await this.#bus.last(Image, subjectOf(Image, { clip, index }));
      if (image) return image.payload;
      throw error;
    } finally {
      this.#asked.delete(key);
      waiting.delete(lost);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    }
  }

  /** Frames of a job can't be had: whoever waits for one that did not come is told. */
  failed(job: string, reason: string): void {
    for (const key of this.#jobs.get(job) ?? []) {
      for (const lost of this.#waiting.get(key) ?? []) lost.abort(new PoisonError(reason));
    }
    this.#jobs.delete(job);
  }

  #gather(source: PictureSource, index: number): void {
    const waiting = this.#gathering.get(source.clip);
    if (waiting) waiting.indices.add(index);
    else {
      this.#gathering.set(source.clip, { source, indices: new Set([index]) });
      setTimeout(() => this.#ask(source.clip), GATHER_MS);
    }
    this.#asked.add(`${source.clip}.${index}`);
  }

  #ask(clip: string): void {
    const waiting = this.#gathering.get(clip);
    this.#gathering.delete(clip);
    if (!waiting) return;
    const { file, source } = waiting.source;
    const indices = [...waiting.indices].toSorted((a, b) => a - b);
    for (let i = 0; i < indices.length; i += MOST) {
      const asked = indices.slice(i, i + MOST);
      const job = `stills-${crypto.randomUUID()}`;
      this.#jobs.set(
        job,
        asked.map((index) => `${clip}.${index}`),
      );
      if (this.#jobs.size > MOST_JOBS) this.#jobs.delete(this.#jobs.keys().next().value ?? '');
      const message = outgoing(
        StillsJob,
        { clip },
        { job, kind: 'stills', clip, file, source, indices: asked },
        { id: job },
      );
      // Whoever waits for the pictures is told in time that they did not come.
      this.#bus
        .publish(message)
        .catch((error) => this.#log.warn({ clip, why: reasonOf(error) }, 'frames not asked for'));
    }
  }
}

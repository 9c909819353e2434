/**
 * A clip that was tracked, as a later job sees it: its frames were freed, so they are the pictures that are kept, and
 * where there is none, the decoder is asked for it.
 */
import { framesOfRuns } from '../../../pipeline/domain/labels/frame-runs.ts';
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { decodeImage, type Raster, toGrey } from '../../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { Send } from '../../../pipeline/runtime/stage/channel.ts';
import type { Commit } from '../../../pipeline/runtime/stage/stage.ts';
import type { ClipTracked } from '../../../schemas/clip-tracked.ts';
import type { FollowJob } from '../../../schemas/follow-job.ts';
import { Image } from '../../../schemas/image.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { Progress } from '../../../schemas/progress.ts';
import { StillsJob } from '../../../schemas/stills-job.ts';
import type { Grey } from '../difference.ts';
import { lengthOf, stepOf, type Way } from '../follow/directed-view.ts';
import type { ClipView, FrameFacts, LookAnswer } from '../view.ts';
import { Changes } from './changes.ts';
import { PendingLooks } from './pending-looks.ts';
import { Rasters } from './rasters.ts';

/** Another stage gave the job up, and has said so. */
export class JobGaveUp extends Error {}

export interface KeptViewOptions {
  readonly bus: Bus;
  readonly job: Incoming<typeof FollowJob>;
  readonly tracked: ClipTracked;
  /** By frame, s: of those that have a label. */
  readonly times: ReadonlyMap<number, number>;
  /** Where the job goes: pictures are asked for in this order. */
  readonly way: Way;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Where the handler's messages leave. */
  readonly send: Send<Outgoing | Commit>;
  /** Seconds after which an unanswered look is sent again. */
  readonly answerS: number;
}

/** Frames that the decoder is asked for: first few, so that it begins; then more, since it reads from the clip's start. */
const FIRST_STILLS = 64;
const MOST_STILLS = 1_024;
/** Pictures that are held unpacked. */
const MOST_RASTERS = 6;
/** Why a frame is not followed in that nobody looked at when the clip was tracked. */
const NOT_LOOKED_AT = 'not looked at';

export class KeptClipView implements ClipView {
  readonly #options: KeptViewOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #changes: Changes;
  readonly #looks: PendingLooks;
  readonly #rasters: Rasters;
  /** Null: all of them. */
  readonly #lookedAt: ReadonlySet<number> | null;
  readonly #arrived = new Map<number, FrameFacts>();
  readonly #asked = new Set<number>();
  #isCaughtUp = false;
  #stills = FIRST_STILLS;

  constructor(options: KeptViewOptions) {
    const { bus, job, tracked, log, signal, send, answerS } = options;
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#changes = new Changes(this.#signal);
    this.#lookedAt = tracked.looked ? new Set(framesOfRuns(tracked.looked)).add(job.body.index) : null;
    this.#rasters = new Rasters(
      async (index) => decodeImage(await this.#jpeg(index), this.#subject(index)),
      MOST_RASTERS,
    );
    const answerMs = answerS * 1000;
    this.#looks = new PendingLooks({
      ...{ bus, arrival: job, log, signal: this.#signal, send, changes: this.#changes, answerMs },
      // Answers of a job are its own: those to the clip's tracking may be another model's.
      restart: job.sequence,
      pictureOf: (index) => this.#subject(index),
    });
    void this.#followPictures();
    void this.#followFailure();
    const tick = setInterval(() => this.#looks.repeatUnanswered(), Math.min(1_000, answerMs / 2));
    this.#signal.addEventListener('abort', () => clearInterval(tick), { once: true });
  }

  async frame(index: number): Promise<FrameFacts | null> {
    const { tracked, way } = this.#options;
    if (index < 0 || index >= tracked.ledger.decoded) return null;
    this.#looks.forget(index - stepOf(way));
    for (;;) {
      const frame = this.arrived(index);
      if (frame) return frame;
      if (this.#isCaughtUp && !this.#asked.has(index)) this.#ask(index);
      await this.#changes.next();
    }
  }

  arrived(index: number): FrameFacts | undefined {
    if (this.#lookedAt?.has(index) ?? true) return this.#arrived.get(index);
    const { width, height } = this.#options.tracked;
    return { index, pts: this.#pts(index), width, height, skipped: NOT_LOOKED_AT };
  }

  look(index: number, regions: readonly Box[]): void {
    this.#looks.ask(index, regions);
  }

  answer(index: number): Promise<LookAnswer> {
    return this.#looks.answer(index);
  }

  async grey(index: number, region: Box): Promise<Grey> {
    return toGrey(await this.raster(index), region);
  }

  /** The whole picture. @throws PoisonError where it is gone or no picture */
  raster(index: number): Promise<Raster> {
    return this.#rasters.get(index);
  }

  close(): void {
    this.#stop.abort();
  }

  #subject(index: number): string {
    return subjectOf(Image, { clip: this.#options.tracked.clip, index });
  }

  async #jpeg(index: number): Promise<Uint8Array> {
    const image = await this.#options.bus.last(Image, this.#subject(index));
    if (!image) throw new PoisonError(`${this.#subject(index)} is not on the bus any more`);
    return image.payload;
  }

  /** Pictures of earlier versions do not say their time. */
  #pts(index: number, said?: number): number {
    const { times, tracked } = this.#options;
    return said ?? times.get(index) ?? index / tracked.fps;
  }

  /** Frames on the way from this one on that are not there. */
  #ask(index: number): void {
    const { job, way, send } = this.#options;
    const { clip, file, source, job: name } = job.body;
    const left = lengthOf({ from: index, to: way.to });
    const ahead = Array.from({ length: left }, (_, i) => index + i * stepOf(way));
    const missing = ahead.filter((at) => !this.arrived(at) && !this.#asked.has(at)).slice(0, this.#stills);
    this.#stills = Math.min(MOST_STILLS, 2 * this.#stills);
    for (const at of missing) this.#asked.add(at);
    const body: StillsJob = {
      job: name,
      kind: 'follow',
      clip,
      file,
      source,
      indices: missing.toSorted((a, b) => a - b),
    };
    const message = outgoing(StillsJob, { clip }, body, {
      id: `stills:${name}:${index}:${job.sequence}:${stepOf(way)}`,
      parent: job.traceparent,
    });
    send(message).catch(() => {}); // the handler's end tells why it is refused
  }

  async #followPictures(): Promise<void> {
    const { bus, tracked } = this.#options;
    const onCaughtUp = () => {
      this.#isCaughtUp = true;
      this.#changes.notify();
    };
    const options = { signal: this.#signal, headersOnly: true, onCaughtUp };
    for await (const { body } of bus.follow(Image, { clip: tracked.clip }, options)) {
      const { index, width, height, pts } = body;
      this.#arrived.set(index, { index, width, height, pts: this.#pts(index, pts) });
      this.#changes.notify();
    }
  }

  async #followFailure(): Promise<void> {
    const { bus, job } = this.#options;
    for await (const { body } of bus.follow(Progress, { job: job.body.job }, { signal: this.#signal })) {
      if (body.state === 'failed') this.#changes.fail(new JobGaveUp(body.reason));
    }
  }
}

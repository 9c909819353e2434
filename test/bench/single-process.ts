/**
 * What the pipeline is measured against: the same detector and the same loop with the same lookahead in one process,
 * as one would write it without a bus. Frames stay in memory as they were decoded: no JPEG, no messages.
 */

import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { openFollower } from '../../pipeline/domain/models/nanotrack/follower.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import { letterbox, type Raster, toGrey } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { Causes } from '../../schemas/terms.ts';
import { detectRegions } from '../../stages/detector/detect-regions.ts';
import type { Grey } from '../../stages/tracker/difference.ts';
import type { TrackerOptions } from '../../stages/tracker/options.ts';
import { Tracking } from '../../stages/tracker/tracking.ts';
import type { ClipView, FrameFacts } from '../../stages/tracker/view.ts';

export interface Annotated {
  readonly frames: number;
  readonly causes: Causes;
  readonly seconds: number;
  /** Of the processor, all threads. */
  readonly cpuSeconds: number;
}

/** As the detector stage has them by default. */
const rules = { minScore: 0.05, most: 50 };

/** @param batch looks that are done together, as the detector stage would */
export async function annotateInProcess(
  path: string,
  anchors: readonly Anchor[],
  detector: Detector,
  batch: number,
  options: TrackerOptions,
): Promise<Annotated> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const view = new ClipInProcess(path, detector, batch, options.lookahead);
  const { follower } = await openFollower();
  const loop = new Tracking({ view, anchors, options, follower });
  for await (const _ of loop.steps());
  const { user, system } = process.cpuUsage(cpu);
  const { causes, ledger } = loop.checkpoint;
  return {
    frames: ledger.decoded,
    causes,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

interface Held {
  readonly facts: FrameFacts;
  readonly raster: Raster;
}

interface Asked {
  readonly regions: readonly Box[];
  answer?: Awaited<ReturnType<ClipView['answer']>>;
}

class ClipInProcess implements ClipView {
  readonly #detector: Detector;
  readonly #batch: number;
  readonly #ahead: number;
  readonly #reader: AsyncGenerator<Held>;
  /** The frame behind those that are held: it is decoded while the detector works. */
  #coming: Promise<IteratorResult<Held>>;
  #read = 0;
  readonly #frames = new Map<number, Held>();
  readonly #asked = new Map<number, Asked>();

  constructor(path: string, detector: Detector, batch: number, ahead: number) {
    this.#detector = detector;
    this.#batch = batch;
    this.#ahead = ahead;
    this.#reader = decoded(path);
    this.#coming = this.#reader.next();
  }

  async frame(index: number): Promise<FrameFacts | null> {
    this.#frames.delete(index - 2);
    this.#asked.delete(index - 1);
    while (this.#read < index + this.#ahead) {
      const { done, value } = await this.#coming;
      if (done) break;
      this.#frames.set(this.#read++, value);
      this.#coming = this.#reader.next();
    }
    return this.arrived(index) ?? null;
  }

  arrived(index: number): FrameFacts | undefined {
    return this.#frames.get(index)?.facts;
  }

  look(index: number, regions: readonly Box[]): void {
    if (JSON.stringify(this.#asked.get(index)?.regions) !== JSON.stringify(regions))
      this.#asked.set(index, { regions: structuredClone(regions) });
  }

  async answer(index: number): Promise<NonNullable<Asked['answer']>> {
    const open = [...this.#asked].filter(([at, { answer }]) => at >= index && !answer);
    const batch = open.sort(([a], [b]) => a - b).slice(0, this.#batch);
    if (batch[0]?.[0] === index) await this.#answerAll(batch);
    const { answer } = this.#asked.get(index) ?? {};
    if (!answer) throw new TypeError(`no look was asked for at frame ${index}`);
    return answer;
  }

  async raster(index: number): Promise<Raster> {
    return this.#raster(index);
  }

  async grey(index: number, region: Box): Promise<Grey> {
    return toGrey(this.#raster(index), region);
  }

  async #answerAll(batch: readonly (readonly [number, Asked])[]): Promise<void> {
    const { side, id } = this.#detector.card;
    const prepared = await Promise.all(
      batch.map(async ([index, { regions }]) => {
        const picture = this.#raster(index);
        return {
          picture,
          crops: await Promise.all(regions.map((region) => letterbox(picture, region, side))),
        };
      }),
    );
    const found = await detectRegions(this.#detector, prepared, rules);
    for (const [i, [, asked]] of batch.entries()) asked.answer = { found: found[i] ?? [], model: id };
  }

  #raster(index: number): Raster {
    const held = this.#frames.get(index);
    if (!held) throw new TypeError(`frame ${index} is not held`);
    return held.raster;
  }
}

async function* decoded(path: string): AsyncGenerator<Held> {
  for await (const frame of decodeClip(path)) {
    const raster = await frame.raster();
    const { width, height } = raster;
    yield { facts: { index: frame.index, pts: frame.pts, width, height }, raster };
  }
}

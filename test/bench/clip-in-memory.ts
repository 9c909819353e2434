/** A clip as the tracker's loop sees it, without a bus: frames in memory, a detector called at once. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Detector } from '../../pipeline/models/detector.ts';
import type { Box } from '../../pipeline/vision/box.ts';
import { decodeImage, type Raster, toGrey } from '../../pipeline/vision/image.ts';
import { decodeClip, hashFile } from '../../pipeline/vision/video.ts';
import type { Boxes } from '../../schemas/boxes.ts';
import { lookAt, prepare } from '../../stages/detector/looker.ts';
import type { Grey } from '../../stages/tracker/difference.ts';
import type { ClipView, FrameFacts } from '../../stages/tracker/loop.ts';

/** As the decoder and the detector have them by default. */
const jpegQuality = 90;
const rules = { minScore: 0.05, most: 50 };

export type Answer = Pick<Boxes, 'found' | 'model'>;

/** Frames as the decoder puts them on the bus. */
export interface StoredClip {
  readonly id: string;
  readonly frames: readonly (FrameFacts & { readonly jpeg: Uint8Array })[];
}

export async function storeClip(path: string): Promise<StoredClip> {
  const frames = [];
  for await (const frame of decodeClip(path)) {
    const { width, height } = await frame.raster();
    frames.push({ index: frame.index, pts: frame.pts, width, height, jpeg: await frame.jpeg(jpegQuality) });
  }
  return { id: await hashFile(path), frames };
}

/** Asks a detector once for each frame and regions, and remembers on disk what it said. */
export class Oracle {
  readonly #detector: Detector;
  readonly #folder: string | undefined;
  readonly #known = new Map<string, Record<string, Answer>>();

  /** @param folder where answers are kept between runs; undefined: nowhere */
  constructor(detector: Detector, folder: string | undefined) {
    this.#detector = detector;
    this.#folder = folder;
  }

  async ask(clip: StoredClip, index: number, regions: readonly Box[]): Promise<Answer> {
    const known = await this.#answers(clip);
    const key = `${index}:${JSON.stringify(regions)}`;
    known[key] ??= await this.#look(clip, index, regions);
    return known[key];
  }

  /** Writes what was learnt. */
  async keep(): Promise<void> {
    if (this.#folder === undefined) return;
    await mkdir(this.#folder, { recursive: true });
    for (const [path, answers] of this.#known) await writeFile(path, JSON.stringify(answers));
  }

  async #answers(clip: StoredClip): Promise<Record<string, Answer>> {
    const name = `${clip.id}-${this.#detector.card.id}.json`;
    const path = join(this.#folder ?? '', name);
    let known = this.#known.get(path);
    if (!known) {
      known = this.#folder === undefined ? {} : await readAnswers(path);
      this.#known.set(path, known);
    }
    return known;
  }

  async #look(clip: StoredClip, index: number, regions: readonly Box[]): Promise<Answer> {
    const name = `frame ${index}`;
    const frame = clip.frames[index]!.jpeg;
    const prepared = await prepare({ frame, name, regions }, this.#detector.card.side);
    const [found = []] = await lookAt(this.#detector, [prepared], rules);
    return { found, model: this.#detector.card.id };
  }
}

async function readAnswers(path: string): Promise<Record<string, Answer>> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return {}; // the first run
  }
}

/** Counts what the loop asks for. */
export class ClipInMemory implements ClipView {
  /** Looks sent, regions in them, and frames whose look was replaced by another. */
  readonly asked = { looks: 0, regions: 0, again: 0, differences: 0 };
  readonly #clip: StoredClip;
  readonly #oracle: Oracle;
  readonly #looks = new Map<number, readonly Box[]>();
  readonly #rasters = new Map<number, Promise<Raster>>();

  constructor(clip: StoredClip, oracle: Oracle) {
    this.#clip = clip;
    this.#oracle = oracle;
  }

  async frame(index: number): Promise<FrameFacts | null> {
    return this.#clip.frames[index] ?? null;
  }

  arrived(index: number): FrameFacts | undefined {
    return this.#clip.frames[index];
  }

  look(index: number, regions: readonly Box[]): void {
    const before = this.#looks.get(index);
    if (before && digest(before) === digest(regions)) return;
    this.asked.looks += 1;
    this.asked.regions += regions.length;
    if (before) this.asked.again += 1;
    this.#looks.set(index, structuredClone(regions));
  }

  async answer(index: number): Promise<Answer> {
    const regions = this.#looks.get(index);
    if (!regions) throw new TypeError(`no look was asked for at frame ${index}`);
    return this.#oracle.ask(this.#clip, index, regions);
  }

  async grey(index: number, region: Box): Promise<Grey> {
    this.asked.differences += 1;
    let raster = this.#rasters.get(index);
    if (!raster) {
      raster = decodeImage(this.#clip.frames[index]!.jpeg, `frame ${index}`);
      this.#rasters.set(index, raster);
      for (const old of this.#rasters.keys()) if (this.#rasters.size > 4) this.#rasters.delete(old);
    }
    return toGrey(await raster, region);
  }
}

function digest(regions: readonly Box[]): string {
  return createHash('sha256').update(JSON.stringify(regions)).digest('hex');
}

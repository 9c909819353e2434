/** A clip as the tracker's loop sees it, without a bus: frames in memory, a detector called at once. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import { clipIdOf } from '../../pipeline/domain/vision/clip-id.ts';
import { decodeImage, type Raster, toGrey } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { Boxes, Found } from '../../schemas/boxes.ts';
import { cropFrame, detectRegions } from '../../stages/detector/detect-regions.ts';
import type { Grey } from '../../stages/tracker/difference.ts';
import type { ClipView, FrameFacts } from '../../stages/tracker/view.ts';

/** As the decoder and the detector have them by default. */
const jpegQuality = 90;
const rules = { minScore: 0.05, most: 50 };

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
  return { id: await clipIdOf(path), frames };
}

/** Asks a detector once for each region of a frame, and remembers on disk what it said. */
export class Oracle {
  readonly model: string;
  /** How often the detector itself was asked. */
  fresh = 0;
  readonly #detector: Detector;
  readonly #folder: string | undefined;
  readonly #known = new Map<string, Record<string, Found[]>>();

  /** @param folder where answers are kept between runs; undefined: nowhere */
  constructor(detector: Detector, folder: string | undefined) {
    this.model = detector.card.id;
    this.#detector = detector;
    this.#folder = folder;
  }

  async ask(clip: StoredClip, index: number, region: Box): Promise<Found[]> {
    const known = await this.#answers(clip);
    const key = `${index}:${JSON.stringify(region)}`;
    known[key] ??= await this.#look(clip, index, region);
    return known[key];
  }

  /** Writes what was learnt. */
  async keep(): Promise<void> {
    if (this.#folder === undefined) return;
    await mkdir(this.#folder, { recursive: true });
    for (const [path, answers] of this.#known) await writeFile(path, JSON.stringify(answers));
  }

  async #answers(clip: StoredClip): Promise<Record<string, Found[]>> {
    const path = join(this.#folder ?? '', `${clip.id}-${this.model}.json`);
    let known = this.#known.get(path);
    if (!known) {
      known = this.#folder === undefined ? {} : await readAnswers(path);
      this.#known.set(path, known);
    }
    return known;
  }

  async #look(clip: StoredClip, index: number, region: Box): Promise<Found[]> {
    this.fresh += 1;
    const sight = { frame: clip.frames[index]!.jpeg, name: `frame ${index}`, regions: [region] };
    const prepared = await cropFrame(sight, this.#detector.card.side);
    const [found = []] = await detectRegions(this.#detector, [prepared], rules);
    return found[0] ?? [];
  }
}

async function readAnswers(path: string): Promise<Record<string, Found[]>> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return {}; // the first run
  }
}

/** Counts what the loop asks for. */
export class ClipInMemory implements ClipView {
  /** Looks sent, regions shown to the detector, looks for a frame that had been looked at, differences. */
  readonly asked = { looks: 0, regions: 0, again: 0, differences: 0 };
  readonly #clip: StoredClip;
  readonly #oracle: Oracle;
  readonly #looks = new Map<number, readonly Box[]>();
  readonly #shown = new Set<string>();
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
    const fresh = regions.map((region) => `${index}:${region}`).filter((key) => !this.#shown.has(key));
    if (fresh.length > 0) {
      this.asked.looks += 1;
      if (this.#looks.has(index)) this.asked.again += 1;
    }
    this.asked.regions += fresh.length;
    for (const key of fresh) this.#shown.add(key);
    this.#looks.set(index, structuredClone(regions));
  }

  async answer(index: number): Promise<Pick<Boxes, 'found' | 'model'>> {
    const regions = this.#looks.get(index);
    if (!regions) throw new TypeError(`no look was asked for at frame ${index}`);
    const found = await Promise.all(regions.map((region) => this.#oracle.ask(this.#clip, index, region)));
    return { found, model: this.#oracle.model };
  }

  async grey(index: number, region: Box): Promise<Grey> {
    this.asked.differences += 1;
    return toGrey(await this.raster(index), region);
  }

  raster(index: number): Promise<Raster> {
    let raster = this.#rasters.get(index);
    if (!raster) {
      raster = decodeImage(this.#clip.frames[index]!.jpeg, `frame ${index}`);
      this.#rasters.set(index, raster);
      for (const old of this.#rasters.keys()) if (this.#rasters.size > 64) this.#rasters.delete(old);
    }
    return raster;
  }
}

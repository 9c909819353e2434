/**
 * A clip that exists only as numbers: animals that move over a noisy picture, and a detector that misses, errs and
 * takes its time. What it answers depends on the frame and the regions alone; when it answers, on the timing seed.
 */
import { setImmediate } from 'node:timers/promises';
import { type Box, clip as clipBox, intersection, round, type Size } from '../pipeline/domain/vision/box.ts';
import type { Boxes, Found } from '../schemas/boxes.ts';
import type { Grey } from '../stages/tracker/difference.ts';
import type { ClipView, FrameFacts } from '../stages/tracker/loop.ts';

export interface SimulatedAnimal {
  /** Where it is in a frame; null where it is not in the picture. */
  readonly at: (frame: number) => Box | null;
  /** Grey level, 0..255. */
  readonly grey: number;
}

export interface Simulation extends Size {
  readonly frames: number;
  readonly animals: readonly SimulatedAnimal[];
  /** Of the noise in boxes, scores and misses. */
  readonly seed: number;
  /** Of when frames arrive and answers come. */
  readonly timing: number;
  /** Probability that the detector does not see an animal in a look. */
  readonly missRate: number;
  /** Standard deviation of a box's sides, as a share of the animal's size. */
  readonly jitter: number;
  /** Frames in which the detector sees nothing at all. */
  readonly blind?: (frame: number) => boolean;
  /** Why nobody is to look at a frame. */
  readonly skipped?: (frame: number) => string | undefined;
  /** Frames whose looks fail. */
  readonly dead?: (frame: number) => boolean;
}

const background = 90;
const noise = backgroundNoise(10_007);

/** Counts what the loop asks for. */
export class SimulatedClip implements ClipView {
  readonly asked = { looks: 0, regions: 0, replaced: 0 };
  readonly #simulation: Simulation;
  readonly #looks = new Map<number, readonly Box[]>();
  readonly #delay: () => number;
  #arrived = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#delay = random(simulation.timing);
  }

  async frame(index: number): Promise<FrameFacts | null> {
    if (index >= this.#simulation.frames) return null;
    await this.#wait();
    this.#arrived = Math.max(this.#arrived, index + Math.floor(this.#delay() * 12));
    return this.#facts(index);
  }

  arrived(index: number): FrameFacts | undefined {
    const isHere = index <= this.#arrived && index < this.#simulation.frames;
    return isHere ? this.#facts(index) : undefined;
  }

  look(index: number, regions: readonly Box[]): void {
    const before = this.#looks.get(index);
    if (before && JSON.stringify(before) === JSON.stringify(regions)) return;
    this.asked.looks += 1;
    this.asked.regions += regions.length;
    if (before) this.asked.replaced += 1;
    this.#looks.set(index, structuredClone(regions));
  }

  async answer(index: number): Promise<Pick<Boxes, 'found' | 'model' | 'failure'>> {
    const regions = this.#looks.get(index);
    if (!regions) throw new TypeError(`no look was asked for at frame ${index}`);
    await this.#wait();
    if (this.#simulation.dead?.(index)) return { found: [], model: null, failure: 'unreadable' };
    return { found: regions.map((region) => this.#see(index, region)), model: '0123456789abcdef' };
  }

  async grey(index: number, region: Box): Promise<Grey> {
    await this.#wait();
    const [left, top, width, height] = region;
    const data = new Uint8Array(width * height);
    // Another piece of the same noise for each frame: cheap, and not the same twice.
    const from = hash(index) >>> 0;
    for (let i = 0; i < data.length; i++) data[i] = noise[(from + i) % noise.length]!;
    for (const { at, grey } of this.#simulation.animals) {
      const box = at(index);
      if (box) paint(data, width, height, [box[0] - left, box[1] - top, box[2], box[3]], grey);
    }
    return { data, width, height };
  }

  #facts(index: number): FrameFacts {
    const { width, height, skipped } = this.#simulation;
    return { index, pts: index / 25, width, height, skipped: skipped?.(index) };
  }

  #see(index: number, region: Box): Found[] {
    const { animals, seed, missRate, jitter, blind } = this.#simulation;
    if (blind?.(index)) return [];
    return animals.flatMap(({ at }, i) => {
      const dice = random(hash(seed, index, i, ...region));
      const box = at(index);
      if (!box || intersection(box, region) < 0.5 * box[2] * box[3] || dice() < missRate) return [];
      const err = (size: number) => jitter * size * (dice() + dice() + dice() + dice() - 2) * 1.7;
      const [x, y, w, h] = box;
      const seen: Box = [x + err(w), y + err(h), w * (1 + err(1)), h * (1 + err(1))];
      const inside = clipBox(seen, { width: region[0] + region[2], height: region[1] + region[3] });
      return inside ? [{ box: [...round(inside)], score: 0.5 + 0.45 * dice(), label: 'deer' }] : [];
    });
  }

  async #wait(): Promise<void> {
    for (let turns = Math.floor(this.#delay() * 4); turns > 0; turns--) await setImmediate();
  }
}

/** Numbers in [0, 1) that a seed fixes (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function backgroundNoise(length: number): Uint8Array {
  const dice = random(1);
  return Uint8Array.from({ length }, () => background + 8 * dice() - 4);
}

function hash(...numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => Math.imul(sum ^ Math.round(number), 0x9e3779b1) ^ (sum >>> 13), 7);
}

function paint(data: Uint8Array, width: number, height: number, [x, y, w, h]: Box, grey: number): void {
  for (let row = Math.max(0, Math.round(y)); row < Math.min(height, Math.round(y + h)); row++) {
    for (let column = Math.max(0, Math.round(x)); column < Math.min(width, Math.round(x + w)); column++) {
      data[row * width + column] = grey;
    }
  }
}

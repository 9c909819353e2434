/** Pictures that were unpacked last: a difference needs two, and each in several regions. */
import type { Raster } from '../../../pipeline/domain/vision/image.ts';

export class Rasters {
  readonly #load: (index: number) => Promise<Raster>;
  readonly #most: number;
  readonly #rasters = new Map<number, Promise<Raster>>();

  /** @param most that are held */
  constructor(load: (index: number) => Promise<Raster>, most: number) {
    this.#load = load;
    this.#most = most;
  }

  /** @throws what loading throws */
  get(index: number): Promise<Raster> {
    const raster = this.#rasters.get(index) ?? this.#load(index);
    // The last used is the last to go.
    this.#rasters.delete(index);
    this.#rasters.set(index, raster);
    for (const old of this.#rasters.keys()) {
      if (this.#rasters.size > this.#most) this.#rasters.delete(old);
    }
    return raster;
  }
}

/** What is known of the frames of clips that this process decoded: the last used, as long as there is room. */
import { SeekIndex } from '../../pipeline/domain/vision/seek-index.ts';

/** Frames of all of them, 16 bytes each. */
const MOST_FRAMES = 2_000_000;

export class SeekIndexes {
  readonly #most: number;
  /** The last used is last. */
  readonly #indexes = new Map<string, SeekIndex>();

  constructor(most = MOST_FRAMES) {
    this.#most = most;
  }

  of(clip: string): SeekIndex {
    const index = this.#indexes.get(clip) ?? new SeekIndex();
    this.#indexes.delete(clip);
    this.#makeRoom();
    this.#indexes.set(clip, index);
    return index;
  }

  #makeRoom(): void {
    let frames = [...this.#indexes.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [clip, { length }] of this.#indexes) {
      if (frames <= this.#most) return;
      this.#indexes.delete(clip);
      frames -= length;
    }
  }
}

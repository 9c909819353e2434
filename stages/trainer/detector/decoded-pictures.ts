/** Decoded examples: as many as the memory allows stay, the others are decoded each time they are drawn. */

import type { Random } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { decodeImage } from '../../../pipeline/domain/vision/image.ts';
import type { DetectorExample } from './example.ts';
import type { DecodedPicture } from './views.ts';
import { pyramidOf } from './warp.ts';

/** Draws examples at random, decoded. */
export class DecodedPictures {
  readonly #examples: readonly DetectorExample[];
  /** Running sums of the examples' shares. */
  readonly #shares: readonly number[];
  readonly #cached = new Map<DetectorExample, DecodedPicture>();
  #room: number;

  /** @param memory bytes that decoded pictures may take */
  constructor(examples: readonly DetectorExample[], memory: number) {
    this.#examples = examples;
    this.#room = memory;
    let sum = 0;
    this.#shares = examples.map(({ draw = 1 }) => {
      sum += draw;
      return sum;
    });
  }

  /** One of the examples, by their shares. */
  async draw(random: Random): Promise<DecodedPicture> {
    const at = random.next() * this.#shares.at(-1)!;
    const place = this.#shares.findIndex((share) => at < share);
    return this.#picture(this.#examples[place]!);
  }

  async #picture(example: DetectorExample): Promise<DecodedPicture> {
    const cached = this.#cached.get(example);
    if (cached) return cached;
    const pyramid = pyramidOf(await decodeImage(await example.jpeg(), example.name));
    const picture = { pyramid, boxes: example.boxes };
    const bytes = pyramid.reduce((sum, { data }) => sum + data.byteLength, 0);
    if (bytes <= this.#room) {
      this.#room -= bytes;
      this.#cached.set(example, picture);
    }
    return picture;
  }
}

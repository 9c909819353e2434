/** Decoded examples: as many as the memory allows stay, the others are decoded each time they are drawn. */

import type { Random } from '../../../pipeline/seeded-random.ts';
import { decodeImage } from '../../../pipeline/vision/image.ts';
import type { Example } from './example.ts';
import type { Picture } from './view.ts';
import { pyramidOf } from './warp.ts';

export class Pictures {
  readonly #examples: readonly Example[];
  /** Running sums of the examples' shares. */
  readonly #shares: readonly number[];
  readonly #kept = new Map<Example, Picture>();
  #room: number;

  /**
   * @param memory bytes that decoded pictures may take
   * @param emptyDraw a picture without an animal is drawn so many times as often, as long as these stay a third of all
   */
  constructor(examples: readonly Example[], memory: number, emptyDraw: number) {
    this.#examples = examples;
    this.#room = memory;
    const isEmpty = ({ boxes }: Example) => boxes.length === 0;
    const total = (those: readonly Example[]) => those.reduce((sum, { draw = 1 }) => sum + draw, 0);
    const empty = total(examples.filter(isEmpty));
    const times = Math.max(1, Math.min(emptyDraw, (total(examples) - empty) / 2 / empty));
    let sum = 0;
    this.#shares = examples.map((example) => {
      sum += (example.draw ?? 1) * (isEmpty(example) ? times : 1);
      return sum;
    });
  }

  /** One of the examples, by their shares. */
  async draw(random: Random): Promise<Picture> {
    const at = random.next() * this.#shares.at(-1)!;
    const place = this.#shares.findIndex((share) => at < share);
    return this.#picture(this.#examples[place]!);
  }

  async #picture(example: Example): Promise<Picture> {
    const kept = this.#kept.get(example);
    if (kept) return kept;
    const pyramid = pyramidOf(await decodeImage(await example.jpeg(), example.name));
    const picture = { pyramid, boxes: example.boxes };
    const bytes = pyramid.reduce((sum, { data }) => sum + data.byteLength, 0);
    if (bytes <= this.#room) {
      this.#room -= bytes;
      this.#kept.set(example, picture);
    }
    return picture;
  }
}

/** What was found in the regions of a look. */
import type { Box } from '../../pipeline/domain/vision/box.ts';
import type { Boxes, Found } from '../../schemas/boxes.ts';
import type { Claim } from './match.ts';
import { sameBox } from './region.ts';
import type { TrackState } from './tracks.ts';

/** The answer to a look, by region. */
export class Observation {
  readonly model: string | null;
  readonly #regions: readonly Box[];
  readonly #found: Boxes['found'];

  /** @param regions as they were asked for; each is there once, and tracks may share one */
  constructor(regions: readonly Box[], { found, model }: Pick<Boxes, 'found' | 'model'>) {
    this.model = model;
    this.#regions = regions;
    this.#found = found;
  }

  /** What was found in one of the regions, best first. */
  in(region: Box): readonly Found[] {
    return this.#found[this.#regions.findIndex((asked) => sameBox(asked, region))] ?? [];
  }

  /** What a track may choose from. */
  claim({ box, missed, region }: TrackState): Claim {
    return { box, missed, found: this.in(region) };
  }
}

/** Single pictures of a site on other days, with the boxes that a person would draw. */
import { seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { Box } from '../../domain/vision/box.ts';
import { encodeJpeg, type Raster } from '../../domain/vision/image.ts';
import { type Exposure, expose } from './camera.ts';
import type { Site } from './site.ts';
import { stillExposure } from './story.ts';

/** How many pictures, and what is special about some: the first ones are infrared, the last ones blank. */
export interface StillSet {
  readonly stills: number;
  readonly infrared: number;
  /** Without an animal. */
  readonly blank: number;
}

export interface Still {
  readonly jpeg: Uint8Array;
  /** px */
  readonly boxes: readonly Box[];
}

const stillQuality = 92;
/** A person would not draw a box on less of an animal than this. */
const mostHidden = 0.6;

/** @param seed the same seed gives the same pictures of a site */
export async function* takeStills(
  site: Site,
  seed: number,
  { stills, infrared, blank }: StillSet,
): AsyncGenerator<Still> {
  const random = seededRandom(seed);
  for (let nth = 1; nth <= stills; nth++) {
    const kind = { infrared: nth <= infrared, blank: nth > stills - blank };
    const { raster, boxes } = exposeStill(site, () => stillExposure(random, kind));
    yield { jpeg: await encodeJpeg(raster, stillQuality), boxes };
  }
}

/** Tries again until every animal of the exposure can be seen well enough to draw a box around it. */
function exposeStill(site: Site, next: () => Exposure): { raster: Raster; boxes: Box[] } {
  for (;;) {
    const { raster, seen } = expose(site, next());
    const boxes = seen.flatMap(({ box, hidden }) => (box !== null && hidden <= mostHidden ? [box] : []));
    if (boxes.length === seen.length) return { raster, boxes };
  }
}

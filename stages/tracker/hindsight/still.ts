/** Whether anything happened where a box is: a camera that stands still knows. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { scaleToFit, toGrey } from '../../../pipeline/domain/vision/image.ts';
import type { Grey } from '../difference.ts';
import type { Pictures } from './evidence.ts';
import { Motion } from './motion.ts';

/** Around a box, as a share of its sides: what comes near counts as well. */
const MARGIN = 0.15;
/** Share of changed pixels below which nothing happened. */
const STILL = 0.004;
/** Longer side of the small pictures in which change is looked for, px. */
const SMALL = 320;

/** Whether no pixel in and around the box changed from one frame to the other, beyond noise and light as a whole. */
export async function isStill(box: Box, before: number, frame: number, pictures: Pictures): Promise<boolean> {
  const motion = new Motion(
    await pictures.raster(frame),
    await small(pictures, before),
    await small(pictures, frame),
  );
  return motion.within(box, MARGIN) < STILL;
}

async function small(pictures: Pictures, index: number): Promise<Grey> {
  const scaled = await scaleToFit(await pictures.raster(index), SMALL);
  return toGrey(scaled, [0, 0, scaled.width, scaled.height]);
}

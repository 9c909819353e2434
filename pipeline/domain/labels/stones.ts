/**
 * Stones: what stands at one spot, unmoved, in several clips of a camera is no animal, however sure the detector is. An
 * animal that sleeps through a clip is in one clip; a stump is in all.
 */
import { median } from 'simple-statistics';
import { type Box, iou } from '../vision/box.ts';

/** Where a track stood all the time. */
export interface TrackSpot {
  readonly clip: string;
  readonly track: number;
  /** Pixels. */
  readonly spot: Box;
}

/** Boxes of one spot overlap by at least this: a detector is a few pixels off from frame to frame. */
const ONE_SPOT = 0.7;
/** Share of a track's boxes that must lie on its spot. */
const MOSTLY = 0.95;

/**
 * Where a track stood all the time: the median of each side of its boxes.
 * @returns null where it moved, or has fewer than three boxes
 */
export function spotOf(boxes: readonly Box[]): Box | null {
  if (boxes.length < 3) return null;
  const side = (of: (box: Box) => number) => median(boxes.map(of));
  const spot: Box = [side(([x]) => x), side(([, y]) => y), side(([, , w]) => w), side(([, , , h]) => h)];
  const there = boxes.filter((box) => iou(box, spot) >= ONE_SPOT).length;
  return there >= MOSTLY * boxes.length ? spot : null;
}

/** In how many of these clips, other than its own, something stands at a track's spot. */
export function clipsAtSpot(
  { clip, spot }: Pick<TrackSpot, 'clip' | 'spot'>,
  others: readonly TrackSpot[],
): number {
  const alike = others.filter((other) => other.clip !== clip && iou(other.spot, spot) >= ONE_SPOT);
  return new Set(alike.map((other) => other.clip)).size;
}

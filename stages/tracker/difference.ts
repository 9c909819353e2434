/**
 * The temporal difference: where the detector saw nothing, what changed beside the tracked box says whether the
 * animal moved on. Changed pixels are counted in the four strips around the box; the box moves toward the side where
 * more changed, as far as the change reaches, and stays where the counts hardly differ.
 */
import type { Box } from '../../pipeline/vision/box.ts';

/** Grey levels of a region, row-major. */
export interface Grey {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Changed pixels in a strip and how far from the box they lie on average, pixels. */
interface Side {
  readonly count: number;
  readonly reach: number;
}

export interface Change {
  readonly left: Side;
  readonly right: Side;
  readonly up: Side;
  readonly down: Side;
  /** Share of the whole region that changed, 0..1. */
  readonly everywhere: number;
}

/** Width of the strips as a share of the box's side. */
const STRIP = 0.3;
/** Share by which one side must exceed the other of what changed on both. */
const DECIDED = 0.35;
/** Share of a strip that must have changed at all. */
const NOTICED = 0.02;
/** Above this share of the region the light or the camera changed, not the animal. */
const EVERYWHERE = 0.5;

/**
 * Counts what changed between two pictures of the same region.
 * @param box the tracked box in the region's pixels
 * @param threshold grey levels that count as changed; raised where the whole region flickers
 */
export function changeAround(previous: Grey, current: Grey, box: Box, threshold: number): Change {
  const { width, height } = current;
  const bound = Math.max(threshold, 3 * meanDifference(previous, current));
  const left = Math.round(Math.max(0, box[0]));
  const top = Math.round(Math.max(0, box[1]));
  const right = Math.round(Math.min(width, box[0] + box[2]));
  const bottom = Math.round(Math.min(height, box[1] + box[3]));
  const across = Math.max(4, Math.round(STRIP * box[2]));
  const along = Math.max(4, Math.round(STRIP * box[3]));
  const tallies = { left: tally(), right: tally(), up: tally(), down: tally() };
  let changed = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (Math.abs((current.data[at] ?? 0) - (previous.data[at] ?? 0)) <= bound) continue;
      changed += 1;
      if (y >= top && y < bottom) {
        if (x < left && x >= left - across) tallies.left.add(left - x);
        else if (x >= right && x < right + across) tallies.right.add(x - right + 1);
      }
      if (x >= left && x < right) {
        if (y < top && y >= top - along) tallies.up.add(top - y);
        else if (y >= bottom && y < bottom + along) tallies.down.add(y - bottom + 1);
      }
    }
  }
  return {
    left: tallies.left.side(),
    right: tallies.right.side(),
    up: tallies.up.side(),
    down: tallies.down.side(),
    everywhere: changed / (width * height),
  };
}

/** How far to move, pixels; null: hold. */
export function displacement(change: Change, box: Box): { dx: number; dy: number } | null {
  if (change.everywhere > EVERYWHERE) return null;
  const dx = alongAxis(change.left, change.right, NOTICED * STRIP * box[2] * box[3]);
  const dy = alongAxis(change.up, change.down, NOTICED * STRIP * box[2] * box[3]);
  return dx === 0 && dy === 0 ? null : { dx, dy };
}

function alongAxis(before: Side, after: Side, noticed: number): number {
  const both = before.count + after.count;
  const difference = after.count - before.count;
  if (Math.max(before.count, after.count) < noticed || Math.abs(difference) < DECIDED * both) return 0;
  // Pixels spread evenly over the leading edge lie half its width away.
  return difference > 0 ? 2 * after.reach : -2 * before.reach;
}

function meanDifference(previous: Grey, current: Grey): number {
  let sum = 0;
  for (let i = 0; i < current.data.length; i++)
    sum += Math.abs((current.data[i] ?? 0) - (previous.data[i] ?? 0));
  return sum / Math.max(1, current.data.length);
}

function tally() {
  let count = 0;
  let distance = 0;
  return {
    add(away: number) {
      count += 1;
      distance += away;
    },
    side: (): Side => ({ count, reach: count === 0 ? 0 : distance / count }),
  };
}

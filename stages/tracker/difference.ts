/**
 * The temporal difference: where the detector found nothing, what changed around the tracked box says whether the
 * animal moved on. Changed pixels are counted in the four strips beside the box; the box moves toward the side where
 * more changed, as far as the change reaches from the box's edge, and holds where the counts hardly differ.
 *
 * Each rule is there because of a way to be fooled, and was measured (README.md): light that changes as a whole,
 * sensor noise, things that move beside the animal, and an animal that stirs where it stands.
 */
import type { Box } from '../../pipeline/domain/vision/box.ts';

/** Grey levels of a region, row-major. */
export interface Grey {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A side of the box. */
export interface Side {
  /** Changed pixels in the strip beside the box. */
  readonly count: number;
  /** How far from the box's edge the change goes on without a gap, pixels. */
  readonly reach: number;
  /** Changed pixels in the half of the box that lies toward this side. */
  readonly inside: number;
}

/** What changed around a box. */
export interface Change {
  readonly left: Side;
  readonly right: Side;
  readonly up: Side;
  readonly down: Side;
  /** Share of what lies outside the box that changed, 0..1. */
  readonly everywhere: number;
}

/** Width of the strips as a share of the box's side. */
const STRIP = 0.3;
/** A line of the strip has changed where this share of its pixels has. */
const LINE = 0.15;
/** Lines in a row that need not have changed, as a share of the strip: legs leave gaps. */
const GAP = 0.15;
/** Share by which one side must exceed the other of what changed on both. */
const DECIDED = 0.35;
/** An animal that moves on uncovers what it leaves: so much must change behind it, as a share of what does ahead. */
const UNCOVERED = 0.5;
/** Above this share the light or the camera changed, not the animal. */
const EVERYWHERE = 0.25;
/** Multiples of the median deviation that are noise (about four standard deviations). */
const NOISE = 6;

/**
 * Counts what changed between two pictures of the same region.
 * @param box the tracked box in the region's pixels
 * @param threshold grey levels that count as changed at least; more where the region is noisy
 */
export function changeAround(previous: Grey, current: Grey, box: Box, threshold: number): Change {
  const { width, height } = current;
  const left = Math.round(Math.max(0, box[0]));
  const top = Math.round(Math.max(0, box[1]));
  const right = Math.round(Math.min(width, box[0] + box[2]));
  const bottom = Math.round(Math.min(height, box[1] + box[3]));
  const { shift, bound, share } = background(previous, current, { left, top, right, bottom }, threshold);

  const across = Math.max(4, Math.round(STRIP * box[2]));
  const along = Math.max(4, Math.round(STRIP * box[3]));
  const sides = {
    left: new Strip(across, bottom - top),
    right: new Strip(across, bottom - top),
    up: new Strip(along, right - left),
    down: new Strip(along, right - left),
  };
  for (let y = Math.max(0, top - along); y < Math.min(height, bottom + along); y++) {
    for (let x = Math.max(0, left - across); x < Math.min(width, right + across); x++) {
      const at = y * width + x;
      if (Math.abs((current.data[at] ?? 0) - (previous.data[at] ?? 0) - shift) <= bound) continue;
      const beside = y >= top && y < bottom;
      const aboveOrBelow = x >= left && x < right;
      if (beside && x < left) sides.left.add(left - x);
      else if (beside && x >= right) sides.right.add(x - right + 1);
      else if (aboveOrBelow && y < top) sides.up.add(top - y);
      else if (aboveOrBelow && y >= bottom) sides.down.add(y - bottom + 1);
      else if (beside && aboveOrBelow) {
        (x < (left + right) / 2 ? sides.left : sides.right).inside += 1;
        (y < (top + bottom) / 2 ? sides.up : sides.down).inside += 1;
      }
    }
  }
  return {
    left: sides.left.side(),
    right: sides.right.side(),
    up: sides.up.side(),
    down: sides.down.side(),
    everywhere: share,
  };
}

/** How far to move, pixels; null: hold. */
export function displacement({
  left,
  right,
  up,
  down,
  everywhere,
}: Change): { dx: number; dy: number } | null {
  if (everywhere > EVERYWHERE) return null;
  const dx = alongAxis(left, right);
  const dy = alongAxis(up, down);
  return dx === 0 && dy === 0 ? null : { dx, dy };
}

function alongAxis(before: Side, after: Side): number {
  const [ahead, behind, sign] = after.count > before.count ? [after, before, 1] : [before, after, -1];
  if (ahead.reach === 0) return 0;
  if (ahead.count - behind.count < DECIDED * (ahead.count + behind.count)) return 0;
  return behind.inside < UNCOVERED * ahead.count ? 0 : sign * ahead.reach;
}

/**
 * What the change is measured against, learnt outside the box: by how much everything became lighter (the median of
 * the differences), what is noise, and how much changed beyond that.
 */
function background(
  previous: Grey,
  current: Grey,
  box: { left: number; top: number; right: number; bottom: number },
  threshold: number,
): { shift: number; bound: number; share: number } {
  const { width, height } = current;
  const differences = new Int32Array(511);
  for (let y = 0; y < height; y++) {
    const besideOf = y >= box.top && y < box.bottom;
    for (let x = 0; x < width; x++) {
      if (besideOf && x === box.left) x = box.right;
      if (x >= width) break;
      const at = y * width + x;
      differences[(current.data[at] ?? 0) - (previous.data[at] ?? 0) + 255]! += 1;
    }
  }
  const shift = histogramMedian(differences) - 255;
  const deviations = new Int32Array(511);
  for (const [i, count] of differences.entries()) deviations[Math.abs(i - 255 - shift)]! += count;
  const bound = Math.max(threshold, NOISE * histogramMedian(deviations));
  const outside = deviations.reduce((sum, count) => sum + count, 0);
  const changed = deviations.reduce((sum, count, i) => (i > bound ? sum + count : sum), 0);
  return { shift, bound, share: outside === 0 ? 0 : changed / outside };
}

/** Index at which half of the histogram is reached. */
function histogramMedian(histogram: Int32Array): number {
  const half = histogram.reduce((sum, count) => sum + count, 0) / 2;
  let sum = 0;
  return histogram.findIndex((count) => {
    sum += count;
    return sum >= half;
  });
}

/** Changed pixels by their distance from the box's edge. */
class Strip {
  inside = 0;
  readonly #lines: Int32Array;
  readonly #edge: number;

  /** @param width pixels away from the box; @param edge pixels along it */
  constructor(width: number, edge: number) {
    this.#lines = new Int32Array(width);
    this.#edge = edge;
  }

  /** @param distance 1 beside the box */
  add(distance: number): void {
    this.#lines[distance - 1]! += 1;
  }

  side(): Side {
    const gap = Math.max(2, GAP * this.#lines.length);
    let reach = 0;
    let count = 0;
    for (const [i, line] of this.#lines.entries()) {
      count += line;
      if (line > 0 && line >= LINE * this.#edge && i - reach <= gap) reach = i + 1;
    }
    return { count, reach, inside: this.inside };
  }
}

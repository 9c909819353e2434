/**
 * A picture in overlapping squares: shown whole to a network, a small animal of a large picture is a few pixels; in a
 * square it keeps its own (Akyon et al. 2022, arXiv 2202.06934).
 */
import { type Box, iou, type Size } from './box.ts';

/** Px from a tile's edge within which a box counts as cut. */
const AT_THE_EDGE = 3;

/**
 * The fewest squares that cover the picture and overlap by at least a share of their side, evenly laid, row by row; the
 * picture itself where it is no larger.
 * @param side px
 * @param overlap 0..1, less than 1: an animal no larger than `overlap * side` lies whole in at least one
 * @returns whole px inside the picture
 */
export function tiles({ width, height }: Size, side: number, overlap: number): Box[] {
  const [w, h] = [Math.min(side, width), Math.min(side, height)];
  return starts(height, h, overlap).flatMap((y) => starts(width, w, overlap).map((x): Box => [x, y, w, h]));
}

function starts(length: number, side: number, overlap: number): number[] {
  if (side >= length) return [0];
  const steps = Math.ceil((length - side) / (side * (1 - overlap)));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (length - side)) / steps));
}

/** Whether the box ends at an edge of the tile that is no edge of the picture: what is cut there another tile shows whole. */
export function isCutByTile([x, y, w, h]: Box, [left, top, width, height]: Box, picture: Size): boolean {
  const [right, bottom] = [left + width, top + height];
  return (
    (left > 0 && x < left + AT_THE_EDGE) ||
    (top > 0 && y < top + AT_THE_EDGE) ||
    (right < picture.width && x + w > right - AT_THE_EDGE) ||
    (bottom < picture.height && y + h > bottom - AT_THE_EDGE)
  );
}

/**
 * What was found in each tile as one list, best first, each animal once: boxes that a tile cuts are left out, and of
 * two that overlap by more than `same` the better stays.
 * @param found of each tile, in px of the picture
 */
export function joinTiles<T extends { readonly box: Box; readonly score: number }>(
  tiles: readonly Box[],
  found: readonly (readonly T[])[],
  picture: Size,
  same: number,
): T[] {
  const whole = tiles.flatMap((tile, i) =>
    (found[i] ?? []).filter(({ box }) => !isCutByTile(box, tile, picture)),
  );
  const kept: T[] = [];
  for (const candidate of whole.toSorted((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => iou(box, candidate.box) <= same)) kept.push(candidate);
  }
  return kept;
}

/** The search region: the square around the tracked box that the detector is shown. */
import { type Box, centre, clip, type Size, shiftInside } from '../../pipeline/domain/vision/box.ts';
import { tiles } from '../../pipeline/domain/vision/tiles.ts';

/** How large a search region is. */
export interface RegionRules {
  /** Least side, pixels: the detector's input, so that nothing is scaled up. */
  readonly regionSide: number;
  /** Least side as a multiple of the box's longer side, so that a near animal still has room around it. */
  readonly regionScale: number;
}

/** Share of the region's side that must lie between it and the box, or the region is laid anew. */
const MARGIN = 0.08;
/** A region that would now be smaller than this share of itself shows the animal too small. */
const TOO_LARGE = 0.75;

/** A picture of more than so many region sides is looked at in tiles, too: shown whole, a small animal is lost in it. */
const LARGE = 2;
/** A tile's side as a multiple of the region's, and by how much tiles overlap. */
const TILE = { side: 1.5, overlap: 0.2 };

/** Whole pixels, centred on the box as far as the picture allows, never larger than the picture. */
export function searchRegion(box: Box, picture: Size, rules: RegionRules): Box {
  const side = sideFor(box, rules);
  const { x, y } = centre(box);
  const square: Box = [Math.round(x - side / 2), Math.round(y - side / 2), side, side];
  return clip(shiftInside(square, picture), picture) ?? wholePicture(picture);
}

/** The picture as a region. */
export function wholePicture({ width, height }: Size): Box {
  return [0, 0, width, height];
}

/** Where new animals are looked for: a large picture is shown whole and in one of its tiles in turn. */
export function seekRegion(picture: Size, turn: number, { regionSide }: RegionRules): Box {
  const isLarge = Math.max(picture.width, picture.height) > LARGE * regionSide;
  if (!isLarge || turn % 2 === 0) return wholePicture(picture);
  const all = tiles(picture, Math.round(TILE.side * regionSide), TILE.overlap);
  return all[Math.floor(turn / 2) % all.length] ?? wholePicture(picture);
}

/**
 * Whether a region that was laid for an earlier box still serves: the animal is well inside, and not much smaller
 * than it would be shown in a region of its own.
 */
export function stillServes(region: Box, box: Box, picture: Size, rules: RegionRules): boolean {
  if (Object.values(clearance(region, box, picture)).some((pixels) => pixels < 0)) return false;
  const now = searchRegion(box, picture, rules);
  return Math.max(now[2], now[3]) >= TOO_LARGE * Math.max(region[2], region[3]);
}

/**
 * For how many frames a region will serve while the box moves by `velocity`, pixels a frame; at least 1. A guess, so
 * that looks which will be asked for again are not sent ahead.
 */
export function framesServed(
  region: Box,
  box: Box,
  picture: Size,
  velocity: { x: number; y: number },
): number {
  const { left, right, up, down } = clearance(region, box, picture);
  const towards: [number, number][] = [
    [left, -velocity.x],
    [right, velocity.x],
    [up, -velocity.y],
    [down, velocity.y],
  ];
  const frames = towards.map(([pixels, speed]) => (speed > 0 ? Math.ceil(pixels / speed) : Infinity));
  return Math.max(1, Math.min(...frames));
}

/** Each region once. */
export function distinct(regions: readonly Box[]): Box[] {
  return regions.filter((region, i) => regions.findIndex((other) => sameBox(other, region)) === i);
}

/** Equal in every number. */
export function sameBox(a: Box, b: Box): boolean {
  return a.every((value, i) => value === b[i]);
}

function sideFor(box: Box, { regionSide, regionScale }: RegionRules): number {
  return Math.round(Math.max(regionSide, regionScale * Math.max(box[2], box[3])));
}

/** Pixels until the box comes too near to a side of the region; Infinity where the picture ends there, too. */
function clearance(region: Box, box: Box, picture: Size): Record<'left' | 'right' | 'up' | 'down', number> {
  const margin = MARGIN * Math.max(region[2], region[3]);
  const right = region[0] + region[2];
  const bottom = region[1] + region[3];
  return {
    left: region[0] > 0 ? box[0] - region[0] - margin : Infinity,
    up: region[1] > 0 ? box[1] - region[1] - margin : Infinity,
    right: right < picture.width ? right - (box[0] + box[2]) - margin : Infinity,
    down: bottom < picture.height ? bottom - (box[1] + box[3]) - margin : Infinity,
  };
}

/** From a layer's cells to the pixels that a person sees. */
import type { Size } from '../../pipeline/domain/vision/box.ts';
import type { Letterboxed } from '../../pipeline/domain/vision/image.ts';
import type { HeatMap } from './maps.ts';

/**
 * The map on the pixels of the region that was shown; what lies over the padding is left out.
 *
 * @param map over the letterboxed square
 * @param side of the square, px
 * @returns one value a pixel of the region, in the map's own unit
 */
export function onPixels(map: HeatMap, { region, scale }: Letterboxed, side: number): HeatMap {
  const [, , width, height] = region;
  const cells = { width: (width * scale * map.width) / side, height: (height * scale * map.height) / side };
  return resample(map, { width, height }, cells);
}

/**
 * Bilinear between the cells' centres; the outer cells are held to the edge.
 *
 * @param to pixels that are made
 * @param covered cells of the map, from its top left, that they cover; need not be whole
 */
export function resample(map: HeatMap, to: Size, covered: Size = map): HeatMap {
  const columns = between(to.width, map.width, covered.width / to.width);
  const rows = between(to.height, map.height, covered.height / to.height);
  const values = new Float32Array(to.width * to.height);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      const above = mix(map.values, row.before * map.width, column);
      const below = mix(map.values, row.after * map.width, column);
      values[y * to.width + x] = above + (below - above) * row.share;
    });
  });
  return { values, width: to.width, height: to.height };
}

/** Where a pixel lies between two cells: `share` 0 is at the first one's centre. */
interface Between {
  readonly before: number;
  readonly after: number;
  readonly share: number;
}

/** @param step cells a pixel */
function between(pixels: number, cells: number, step: number): Between[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const at = Math.max(0, Math.min(cells - 1, (pixel + 0.5) * step - 0.5));
    const before = Math.trunc(at);
    return { before, after: Math.min(before + 1, cells - 1), share: at - before };
  });
}

function mix(values: Float32Array, row: number, { before, after, share }: Between): number {
  const left = values[row + before]!;
  return left + (values[row + after]! - left) * share;
}

/** The same map, its largest value 1; one that is nowhere above 0 stays as it is. */
export function toUnit({ values, ...size }: HeatMap): HeatMap {
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  return { ...size, values: most === 0 ? values : values.map((value) => value / most) };
}

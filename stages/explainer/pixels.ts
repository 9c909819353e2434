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
  const from = map.values;
  const values = new Float32Array(to.width * to.height);
  let pixel = 0;
  for (const row of rows) {
    const [above, below] = [row.before * map.width, row.after * map.width];
    for (const { before, after, share } of columns) {
      const top = from[above + before]! + (from[above + after]! - from[above + before]!) * share;
      const bottom = from[below + before]! + (from[below + after]! - from[below + before]!) * share;
      values[pixel++] = top + (bottom - top) * row.share;
    }
  }
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

/** The same map, its largest value 1; one that is nowhere above 0 stays as it is. */
export function toUnit({ values, ...size }: HeatMap): HeatMap {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  if (most === 0) return { ...size, values };
  const unit = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) unit[i] = values[i]! / most;
  return { ...size, values: unit };
}

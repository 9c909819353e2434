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
  // Across first, once a row of cells and not once a row of pixels.
  const lines = new Map<number, Float64Array>();
  const lineOf = (row: number) => {
    const line = lines.get(row) ?? across(map, row, columns);
    lines.set(row, line);
    return line;
  };
  const values = new Float32Array(to.width * to.height);
  for (let y = 0, pixel = 0; y < to.height; y++) {
    const above = lineOf(rows.before[y]!);
    const below = lineOf(rows.after[y]!);
    const share = rows.share[y]!;
    for (let x = 0; x < to.width; x++) values[pixel++] = above[x]! + (below[x]! - above[x]!) * share;
  }
  return { values, width: to.width, height: to.height };
}

/** A row of cells, at the pixels' columns. */
function across({ values, width }: HeatMap, row: number, { before, after, share }: Between): Float64Array {
  const line = new Float64Array(share.length);
  const first = row * width;
  for (let x = 0; x < line.length; x++) {
    const left = values[first + before[x]!]!;
    line[x] = left + (values[first + after[x]!]! - left) * share[x]!;
  }
  return line;
}

/** Between which two cells each pixel lies: `share` 0 is at the first one's centre. Plain arrays: read once a pixel. */
interface Between {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly share: Float64Array;
}

/** @param step cells a pixel */
function between(pixels: number, cells: number, step: number): Between {
  const found = {
    before: new Int32Array(pixels),
    after: new Int32Array(pixels),
    share: new Float64Array(pixels),
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = Math.max(0, Math.min(cells - 1, (pixel + 0.5) * step - 0.5));
    const before = Math.trunc(at);
    found.before[pixel] = before;
    found.after[pixel] = Math.min(before + 1, cells - 1);
    found.share[pixel] = at - before;
  }
  return found;
}

/** The same map, its largest value 1; one that is nowhere above 0 stays as it is. */
export function toUnit({ values, ...size }: HeatMap): HeatMap {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  if (most === 0) return { ...size, values };
  const unit = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) unit[i] = values[i]! / most;
  return { ...size, values: unit };
}

/** How well a map points at a box: the pointing game and its energy. */
import { area, type Box, intersection } from '../../../pipeline/domain/vision/box.ts';
import type { HeatMap } from '../maps.ts';

/** How well a map points at a box. */
export interface Pointing {
  /** Share of the map's sum that lies in the box, 0..1 (energy-based pointing game: Wang et al. 2020, Score-CAM). */
  readonly energyInBox: number;
  /** `energyInBox` / the box's share of the picture: 1 is what an even map has. */
  readonly ratio: number;
  /** The largest value lies in the box (pointing game: Zhang et al. 2016). */
  readonly hit: boolean;
}

/** @param box in the map's own cells */
export function pointingOf(map: HeatMap, box: Box): Pointing {
  const energy = energyIn(map, box);
  const boxShare = boxShareOf(map, box);
  return { energyInBox: energy, ratio: boxShare === 0 ? 0 : energy / boxShare, hit: peakIn(map, box) };
}

/** Share of the map that the box covers, 0..1. */
export function boxShareOf({ width, height }: HeatMap, box: Box): number {
  return intersection(box, [0, 0, width, height]) / area([0, 0, width, height]);
}

/** Share of the map's sum in the box; a pixel that the box covers in part counts in part. 0 where the map is 0. */
function energyIn({ values, width, height }: HeatMap, [x, y, w, h]: Box): number {
  const columns = covered(width, x, x + w);
  const rows = covered(height, y, y + h);
  let [inside, all] = [0, 0];
  for (let i = 0, row = 0; row < rows.length; row++) {
    for (let column = 0; column < width; column++, i++) {
      all += values[i]!;
      inside += values[i]! * columns[column]! * rows[row]!;
    }
  }
  return all === 0 ? 0 : inside / all;
}

/** How much of each pixel of a line lies between two places, 0..1. */
function covered(pixels: number, from: number, to: number): Float64Array {
  return Float64Array.from({ length: pixels }, (_, pixel) =>
    Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel)),
  );
}

function peakIn({ values, width }: HeatMap, [x, y, w, h]: Box): boolean {
  let peak = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[peak]!) peak = i;
  if (!(values[peak]! > 0)) return false;
  const [px, py] = [(peak % width) + 0.5, Math.trunc(peak / width) + 0.5];
  return px >= x && px <= x + w && py >= y && py <= y + h;
}

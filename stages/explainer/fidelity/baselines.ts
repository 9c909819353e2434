/** Maps that know nothing of the model: a map is worth what it has above these. */
import { seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import type { HeatMap } from '../maps.ts';

/** The baselines by name: noise, a blob in the middle, Sobel edges. */
export const baselineNames = ['random', 'centreBlob', 'edges'] as const;
export type BaselineName = (typeof baselineNames)[number];

/** @param luma of the part of the square that shows the picture */
export function baselinesOf(luma: HeatMap, cells: Size): Readonly<Record<BaselineName, HeatMap>> {
  const { width, height } = cells;
  const random = seededRandom(7);
  return {
    random: {
      values: Float32Array.from({ length: width * height }, () => Math.abs(random.normal())),
      width,
      height,
    },
    centreBlob: centreBlob(cells),
    edges: meanOfCells(sobel(luma), cells),
  };
}

/** A Gaussian in the middle, of a quarter of each side. */
export function centreBlob({ width, height }: Pick<HeatMap, 'width' | 'height'>): HeatMap {
  const bell = (side: number) =>
    Float64Array.from({ length: side }, (_, i) => Math.exp(-8 * ((i + 0.5) / side - 0.5) ** 2));
  const [across, down] = [bell(width), bell(height)];
  const values = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) values[i] = across[x]! * down[y]!;
  }
  return { values, width, height };
}

/** Strength of edges (Sobel): the gradient's length; the outer pixels are held to the edge. */
export function sobel({ values, width, height }: HeatMap): HeatMap {
  const at = (x: number, y: number) =>
    values[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))]!;
  const strengths = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.trunc(i / width)];
    const column = (dx: number) => at(x + dx, y - 1) + 2 * at(x + dx, y) + at(x + dx, y + 1);
    const row = (dy: number) => at(x - 1, y + dy) + 2 * at(x, y + dy) + at(x + 1, y + dy);
    return Math.hypot(column(1) - column(-1), row(1) - row(-1));
  });
  return { values: strengths, width, height };
}

/** The mean of the map's values in each cell of a coarser grid. */
export function meanOfCells(
  { values, width, height }: HeatMap,
  { width: columns, height: rows }: Size,
): HeatMap {
  const [sums, counts] = [new Float64Array(columns * rows), new Float64Array(columns * rows)];
  values.forEach((value, i) => {
    const column = Math.trunc((((i % width) + 0.5) * columns) / width);
    const row = Math.trunc(((Math.trunc(i / width) + 0.5) * rows) / height);
    sums[row * columns + column]! += value;
    counts[row * columns + column]! += 1;
  });
  return {
    values: Float32Array.from(sums, (sum, i) => (counts[i] ? sum / counts[i] : 0)),
    width: columns,
    height: rows,
  };
}

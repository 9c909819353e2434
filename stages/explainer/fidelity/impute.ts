/**
 * Noisy linear imputation (ROAD: Rong et al. 2022, arXiv 2202.00449, section 4): what is taken out of a picture is filled
 * from what is left around it, so that the hole's outline tells the network nothing.
 */

/** Weights of a pixel's neighbours, as in the paper: 1/6 beside, 1/12 across a corner. */
const [beside, across] = [1 / 6, 1 / 12];
const neighbours = [
  { dx: -1, dy: -1, weight: across },
  { dx: 0, dy: -1, weight: beside },
  { dx: 1, dy: -1, weight: across },
  { dx: -1, dy: 0, weight: beside },
  { dx: 1, dy: 0, weight: beside },
  { dx: -1, dy: 1, weight: across },
  { dx: 0, dy: 1, weight: beside },
  { dx: 1, dy: 1, weight: across },
];

/** A picture on plain numbers. */
export interface Channels {
  /** `[height, width, 3]`. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Every removed pixel becomes the weighted mean of its neighbours. The system of equations is solved by sweeps
 * (Gauss-Seidel) from a start that is right at large scale, so that few do.
 *
 * @param kept 1 or 0 a pixel, row by row; at least one is kept, or the picture stays as it is
 */
export function impute({ values, width, height }: Channels, kept: Float32Array, sweeps = 30): Channels {
  if (!kept.includes(1)) return { values, width, height };
  const filled = coarsely({ values, width, height }, kept);
  const holes = [...kept.keys()].filter((pixel) => kept[pixel] === 0);
  // Plain loops over numbers: this is most of what ROAD takes.
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let hole = 0; hole < holes.length; hole++) {
      const pixel = holes[hole]!;
      const x = pixel % width;
      const y = Math.trunc(pixel / width);
      let r = 0;
      let g = 0;
      let b = 0;
      let total = 0;
      for (let i = 0; i < neighbours.length; i++) {
        const { dx, dy, weight } = neighbours[i]!;
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const from = 3 * (pixel + dy * width + dx);
        r += weight * filled[from]!;
        g += weight * filled[from + 1]!;
        b += weight * filled[from + 2]!;
        total += weight;
      }
      const to = 3 * pixel;
      filled[to] = r / total;
      filled[to + 1] = g / total;
      filled[to + 2] = b / total;
    }
  }
  return { values: filled, width, height };
}

/** Holes take the mean of what is kept in the smallest block around them that has any (blocks of 2, 4, 8, … px). */
function coarsely({ values, width, height }: Channels, kept: Float32Array): Float32Array {
  const filled = Float32Array.from(values);
  let open = [...kept.keys()].filter((pixel) => kept[pixel] === 0);
  for (let block = 2; open.length > 0; block *= 2) {
    const columns = Math.ceil(width / block);
    const sums = new Float64Array(columns * Math.ceil(height / block) * 4);
    const blockOf = (pixel: number) =>
      4 * (Math.trunc(Math.trunc(pixel / width) / block) * columns + Math.trunc((pixel % width) / block));
    kept.forEach((is, pixel) => {
      if (is === 0) return;
      const at = blockOf(pixel);
      for (let c = 0; c < 3; c++) sums[at + c]! += values[3 * pixel + c]!;
      sums[at + 3]! += 1;
    });
    open = open.filter((pixel) => {
      const at = blockOf(pixel);
      const count = sums[at + 3]!;
      for (let c = 0; c < 3 && count > 0; c++) filled[3 * pixel + c] = sums[at + c]! / count;
      return count === 0;
    });
  }
  return filled;
}

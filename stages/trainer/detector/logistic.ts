/** Logistic regression on plain numbers: a few hundred rows of many features, so it is held back more than it is fitted. */

/** One observation. */
export interface LogisticRow {
  readonly features: Float32Array;
  readonly isTrue: boolean;
  /** How much it counts, 0..1. */
  readonly weight: number;
}

/** The logit of a row is `coefficients · features + bias`. */
export interface Logistic {
  readonly coefficients: Float32Array;
  readonly bias: number;
}

/** Pull of the coefficients towards 0, of features at their own scale. 0.03 to 1 give the same scores. */
const penalty = 0.3;
const rate = 0.02;
const steps = 300;

/** True and false rows count alike however many of each there are. Every row has as many features. */
export function fitLogistic(rows: readonly LogisticRow[]): Logistic {
  const width = rows[0]?.features.length ?? 0;
  const { means, scales } = scalesOf(rows, width);
  const scaled = rows.map(({ features }) => features.map((value, i) => (value - means[i]!) / scales[i]!));
  const shares = rowWeights(rows);
  const coefficients = new Float64Array(width);
  let bias = 0;
  for (let step = 0; step < steps; step += 1) {
    const pull = new Float64Array(width);
    let biasPull = 0;
    for (const [r, row] of scaled.entries()) {
      let logit = bias;
      for (let i = 0; i < width; i += 1) logit += coefficients[i]! * row[i]!;
      const error = shares[r]! * (1 / (1 + Math.exp(-logit)) - Number(rows[r]!.isTrue));
      for (let i = 0; i < width; i += 1) pull[i]! += error * row[i]!;
      biasPull += error;
    }
    for (let i = 0; i < width; i += 1) coefficients[i]! -= rate * (pull[i]! + penalty * coefficients[i]!);
    bias -= rate * biasPull;
  }
  const unscaled = Float32Array.from(coefficients, (coefficient, i) => coefficient / scales[i]!);
  return {
    coefficients: unscaled,
    bias: unscaled.reduce((sum, coefficient, i) => sum - coefficient * means[i]!, bias),
  };
}

/** Mean and deviation of each feature; one that hardly varies is not blown up. */
function scalesOf(
  rows: readonly LogisticRow[],
  width: number,
): { means: Float64Array; scales: Float64Array } {
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  for (const { features } of rows) {
    for (let i = 0; i < width; i += 1) {
      means[i]! += features[i]! / rows.length;
      squares[i]! += features[i]! ** 2 / rows.length;
    }
  }
  return {
    means,
    scales: squares.map((square, i) => Math.sqrt(Math.max(0, square - means[i]! ** 2) + 1e-3)),
  };
}

/** They add up to 1, a half for the true and a half for the false. */
function rowWeights(rows: readonly LogisticRow[]): number[] {
  const sumOf = (wanted: boolean) =>
    rows.reduce((sum, { isTrue, weight }) => sum + (isTrue === wanted ? weight : 0), 0);
  const sums = { true: sumOf(true), false: sumOf(false) };
  return rows.map(({ isTrue, weight }) => {
    const sum = isTrue ? sums.true : sums.false;
    return sum === 0 ? 0 : (0.5 * weight) / sum;
  });
}

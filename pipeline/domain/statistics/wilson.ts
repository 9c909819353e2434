/** How far a share that was seen in a few cases can be from the true one. */

/** Of the normal distribution: 95 % lie within so many deviations. */
const z = 1.96;

/**
 * Wilson's score interval (1927) of a share, 95 %: also near 0 and 1 it stays wide where there are few cases. Average
 * precision is no share of cases; taken for one it tells what so few pictures can say.
 * @param share 0..1
 * @param cases 1 or more
 */
export function wilsonInterval(share: number, cases: number): readonly [low: number, high: number] {
  const weight = z ** 2 / cases;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (z / (1 + weight)) * Math.sqrt((share * (1 - share)) / cases + weight / (4 * cases));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

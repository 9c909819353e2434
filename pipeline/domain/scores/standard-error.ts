/** How much of a figure is chance: which pictures happened to be scored on. */
import { mean } from 'simple-statistics';

/** Pictures are left out in so many groups at most, so that hundreds take no longer. */
const mostGroups = 20;

/**
 * Standard error of a figure of all items: the jackknife, which leaves out a group at a time (Efron & Stein 1981).
 * 0 where there is one item, of which nothing can be said.
 */
export function standardError<T>(items: readonly T[], figure: (items: readonly T[]) => number): number {
  const groups = Math.min(items.length, mostGroups);
  if (groups < 2) return 0;
  const without = Array.from({ length: groups }, (_, group) =>
    figure(items.filter((_, i) => i % groups !== group)),
  );
  const middle = mean(without);
  const spread = without.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(((groups - 1) / groups) * spread);
}

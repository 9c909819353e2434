/** Some of many, spread over all of them. */

/** At most `count` of the items, in order, each from the middle of its equal share; all where there are no more. */
export function evenlySpaced<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!); // i < count
}

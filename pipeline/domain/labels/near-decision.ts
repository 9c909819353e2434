/**
 * Which labels are worth a person's look: those whose decision could as well be the other, each from another stretch.
 * What is far above the bound is rejected anyway, and neighbouring frames of a track look the same.
 */
import type { Cause } from '../../../schemas/terms.ts';

/** Where a label stands. */
export interface LabelPlace {
  readonly clip: string;
  readonly track: number;
  /** 0-based, in decode order. */
  readonly frame: number;
  readonly cause: Cause;
  /** 0..1 */
  readonly risk: number;
}

export interface NearDecisionOptions<T> {
  readonly placeOf: (label: T) => LabelPlace;
  /** Risk below which a label is accepted: the filter's `acceptBelow`. */
  readonly acceptBelow: number;
  /** Chosen labels of a clip are at least so many frames apart. */
  readonly apart: number;
}

/**
 * The `count` labels nearest the bound, nearest first: at most one of each stretch, which is a run of a track's labels
 * with one cause on one side of the bound.
 */
export function nearestDecision<T>(
  labels: readonly T[],
  count: number,
  options: NearDecisionOptions<T>,
): T[] {
  const { acceptBelow, apart } = options;
  const distance = ({ place }: Placed<T>) => Math.abs(place.risk - acceptBelow);
  const ranked = placedInStretches(labels, options).toSorted(
    (a, b) => distance(a) - distance(b) || a.place.frame - b.place.frame,
  );
  const chosen: Placed<T>[] = [];
  for (const next of ranked) {
    if (chosen.length === count) break;
    const isAlike = chosen.some(
      ({ place, stretch }) =>
        stretch === next.stretch ||
        (place.clip === next.place.clip && Math.abs(place.frame - next.place.frame) < apart),
    );
    if (!isAlike) chosen.push(next);
  }
  return chosen.map(({ label }) => label);
}

interface Placed<T> {
  readonly label: T;
  readonly place: LabelPlace;
  /** The same number for all labels of a stretch. */
  readonly stretch: number;
}

function placedInStretches<T>(
  labels: readonly T[],
  { placeOf, acceptBelow }: NearDecisionOptions<T>,
): Placed<T>[] {
  const places = labels.map((label) => ({ label, place: placeOf(label) }));
  const byTrack = Map.groupBy(places, ({ place: { clip, track } }) => `${clip} ${track}`);
  const placed: Placed<T>[] = [];
  let stretch = 0;
  for (const own of byTrack.values()) {
    let before: LabelPlace | undefined;
    for (const { label, place } of own.toSorted((a, b) => a.place.frame - b.place.frame)) {
      const goesOn = before?.cause === place.cause && before.risk < acceptBelow === place.risk < acceptBelow;
      if (!goesOn) stretch += 1;
      placed.push({ label, place, stretch });
      before = place;
    }
  }
  return placed;
}

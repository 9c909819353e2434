/** CLEAR's counts (Bernardin, Stiefelhagen 2008): how often an animal's label track changes, and how often it is lost. */
import { munkres } from 'munkres';
import type { TrackingFrames } from './tracking.ts';

export interface Continuity {
  /** How often an animal is followed by another track than the last time it was followed. */
  readonly switches: number;
  /** How often an animal is lost and found again, by whatever track. */
  readonly fragments: number;
  /** 0..1, negative where more boxes are wrong than there are true ones: less misses, wrong boxes and switches. */
  readonly mota: number;
}

/** Least overlap of a label that follows an animal. */
const threshold = 0.5;
/** Outweighs every overlap: who followed the animal in the last frame goes on. */
const goesOn = 1000;

export function countContinuity({ frames, truthTracks }: TrackingFrames): Continuity {
  const lastFollower = new Array<number | undefined>(truthTracks).fill(undefined);
  const begun = new Array<number>(truthTracks).fill(0);
  let previous = new Map<number, number>();
  let [switches, wrong, boxes] = [0, 0, 0];
  for (const { truths, labels, ious } of frames) {
    boxes += truths.length;
    wrong += truths.length + labels.length;
    if (truths.length === 0 || labels.length === 0) continue; // as TrackEval: what went on goes on behind it
    const worth = truths.map((t, i) =>
      labels.map((l, j) => {
        const overlap = ious[i]![j]!;
        if (overlap < threshold - Number.EPSILON) return 0;
        return overlap + (previous.get(t) === l ? goesOn : 0);
      }),
    );
    const now = new Map<number, number>();
    for (const [i, j] of munkres(worth.map((row) => row.map((value) => -value)))) {
      if (worth[i]![j]! <= Number.EPSILON) continue;
      const [t, l] = [truths[i]!, labels[j]!];
      if (lastFollower[t] !== undefined && lastFollower[t] !== l) switches += 1;
      if (!previous.has(t)) begun[t]! += 1;
      lastFollower[t] = l;
      now.set(t, l);
    }
    wrong -= 2 * now.size;
    previous = now;
  }
  const fragments = begun.reduce((sum, times) => sum + Math.max(0, times - 1), 0);
  return { switches, fragments, mota: boxes === 0 ? 0 : 1 - (wrong + switches) / boxes };
}

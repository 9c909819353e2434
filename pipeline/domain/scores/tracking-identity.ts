/** IDF1: each true track is given one label track for the whole clip, so that most boxes agree. */
import { munkres } from 'munkres';
import type { TrackingFrames } from './tracking.ts';

export interface Identities {
  /** 0..1: boxes that agree, of all that are true or labelled. */
  readonly idf1: number;
}

/** Least overlap of boxes that agree. */
const threshold = 0.5;

export function countIdentities({ frames, truthTracks, labelTracks }: TrackingFrames): Identities {
  const agreeing = Array.from({ length: truthTracks }, () => new Array<number>(labelTracks).fill(0));
  let boxes = 0;
  for (const { truths, labels, ious } of frames) {
    boxes += truths.length + labels.length;
    for (const [i, t] of truths.entries())
      for (const [j, l] of labels.entries()) if (ious[i]![j]! >= threshold) agreeing[t]![l]! += 1;
  }
  const given = munkres(agreeing.map((row) => row.map((count) => -count)));
  const agreed = given.reduce((sum, [t, l]) => sum + agreeing[t]![l]!, 0);
  return { idf1: boxes === 0 ? 0 : (2 * agreed) / boxes };
}

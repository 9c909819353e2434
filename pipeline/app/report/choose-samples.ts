/** Which frames the contact sheet shows: those near the decision, and an even choice so that nobody is misled by those. */
import type { LabelRow } from '../../domain/formats/label-row.ts';
import { nearestDecision } from '../../domain/labels/near-decision.ts';
import type { Sample } from './data.ts';

export interface SampleCounts {
  readonly doubtful: number;
  readonly even: number;
}

/** Pictures a page bears, at about 15 KB each. */
const picturesAPage = 360;

/** How many samples of each clip, so that a page of any number of clips stays small. */
export function samplesAClip(clips: number): SampleCounts {
  const each = Math.floor(picturesAPage / Math.max(1, clips));
  const doubtful = Math.min(8, Math.max(1, Math.floor(each / 3)));
  return { doubtful, even: Math.min(16, Math.max(1, each - doubtful)) };
}

/**
 * Frames to fetch a picture of, in the order in which they are shown: doubtful ones first, the nearest to the decision first.
 *
 * @param labels of one clip
 * @param frames how many the clip has
 * @param acceptBelow risk below which automatic review accepts
 */
export function chooseSamples(
  labels: readonly LabelRow[],
  frames: number,
  counts: SampleCounts,
  acceptBelow: number,
): Pick<Sample, 'frame' | 'because'>[] {
  const doubtful = mostDoubtful(labels, frames, counts.doubtful, acceptBelow);
  const even = evenly(frames, counts.even).filter((frame) => !doubtful.includes(frame));
  return [
    ...doubtful.map((frame) => ({ frame, because: 'doubtful' as const })),
    ...even.map((frame) => ({ frame, because: 'even' as const })),
  ];
}

/** Frames whose labels could as well have been decided the other way: one a stretch, apart from each other. */
function mostDoubtful(
  labels: readonly LabelRow[],
  frames: number,
  wanted: number,
  acceptBelow: number,
): number[] {
  const open = labels.flatMap((label) => {
    const { risk } = label;
    return risk !== null && risk > 0 && label.cause !== 'hand' ? [{ ...label, risk }] : [];
  });
  const apart = Math.max(1, Math.floor(frames / (wanted * 4)));
  return nearestDecision(open, wanted, { placeOf: (label) => label, acceptBelow, apart }).map(
    ({ frame }) => frame,
  );
}

/** First and last frame included. */
function evenly(frames: number, wanted: number): number[] {
  const steps = Math.min(frames, wanted);
  if (steps <= 1) return steps === 1 ? [0] : [];
  return Array.from({ length: steps }, (_, i) => Math.round((i * (frames - 1)) / (steps - 1)));
}

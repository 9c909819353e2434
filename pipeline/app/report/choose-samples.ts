/** Which frames the contact sheet shows: the most doubtful ones, and an even choice so that nobody is misled by those. */
import type { LabelRow } from '../../domain/formats/label-row.ts';
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
 * Frames to fetch a picture of, in the order in which they are shown: doubtful ones first, the highest risk first.
 *
 * @param labels of one clip
 * @param frames how many the clip has
 */
export function chooseSamples(
  labels: readonly LabelRow[],
  frames: number,
  counts: SampleCounts,
): Pick<Sample, 'frame' | 'because'>[] {
  const doubtful = mostDoubtful(labels, frames, counts.doubtful);
  const even = evenly(frames, counts.even).filter((frame) => !doubtful.includes(frame));
  return [
    ...doubtful.map((frame) => ({ frame, because: 'doubtful' as const })),
    ...even.map((frame) => ({ frame, because: 'even' as const })),
  ];
}

/** Neighbours look the same, so chosen frames keep apart from each other. */
function mostDoubtful(labels: readonly LabelRow[], frames: number, wanted: number): number[] {
  const apart = Math.max(1, Math.floor(frames / (wanted * 4)));
  const open = labels.filter(({ risk, cause }) => risk !== null && risk > 0 && cause !== 'hand');
  const ranked = open.toSorted((a, b) => b.risk! - a.risk! || a.frame - b.frame);
  const chosen: number[] = [];
  for (const { frame } of ranked) {
    if (chosen.length === wanted) break;
    if (chosen.every((other) => Math.abs(other - frame) >= apart)) chosen.push(frame);
  }
  return chosen;
}

/** First and last frame included. */
function evenly(frames: number, wanted: number): number[] {
  const steps = Math.min(frames, wanted);
  if (steps <= 1) return steps === 1 ? [0] : [];
  return Array.from({ length: steps }, (_, i) => Math.round((i * (frames - 1)) / (steps - 1)));
}

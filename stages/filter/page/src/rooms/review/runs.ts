/** Which labels a key decides on. Pure. */
import type { LabelView, Run, TrackView } from '../../../../studio/api.ts';

export type Reach = 'frame' | 'on' | 'upTo' | 'track';

/** Labels of a track as runs: what lies between two that are wanted and is not, parts them. */
export function runsOf(
  { clip, track, version, labels }: TrackView,
  isWanted: (label: LabelView) => boolean,
): Run[] {
  const runs: Run[] = [];
  let isOpen = false;
  for (const label of labels) {
    const last = runs.at(-1);
    if (!isWanted(label)) isOpen = false;
    else if (isOpen && last) last.to = label.index;
    else {
      runs.push({ clip, track, version, from: label.index, to: label.index });
      isOpen = true;
    }
  }
  return runs;
}

/**
 * A frame and what lies before or behind it are decided on whatever was decided before; of a whole track what is left,
 * or all of it where nothing is.
 */
export function runsWithin(track: TrackView, reach: Reach, index: number): Run[] {
  if (reach === 'frame') return runsOf(track, (label) => label.index === index);
  if (reach === 'on') return runsOf(track, (label) => label.index >= index);
  if (reach === 'upTo') return runsOf(track, (label) => label.index <= index);
  const left = runsOf(track, isLeft);
  return left.length > 0 ? left : runsOf(track, () => true);
}

export const isLeft = ({ review }: LabelView) => review === 'pending';

/** How many labels of the track lie in the runs. */
export function labelsIn({ labels }: TrackView, runs: readonly Run[]): number {
  return labels.filter(({ index }) => runs.some(({ from, to }) => index >= from && index <= to)).length;
}

/** Labels are in frame order; undefined where the track has none on the frame. */
export function labelAt(labels: readonly LabelView[], index: number): LabelView | undefined {
  const label = labels[placeOf(labels, index)];
  return label?.index === index ? label : undefined;
}

/** Place of the first label on the frame or behind it. */
export function placeOf(labels: readonly LabelView[], index: number): number {
  let [low, high] = [0, labels.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((labels[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

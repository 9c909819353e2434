/** Where to look next: the peaks of risk among the labels that are left. Pure. */
import type { LabelView } from '../../../../studio/api.ts';

/** Below this nothing is called doubtful. */
const LEAST = 0.25;
/** A label is doubtful in its track from this share of the track's highest risk on. */
const SHARE = 0.6;

/** One frame of each stretch of doubtful labels: its most doubtful, in frame order. */
export function peaks(labels: readonly LabelView[]): number[] {
  const left = labels.filter(({ review }) => review === 'pending');
  const most = left.reduce((high, { risk }) => Math.max(high, risk), 0);
  const bound = Math.max(LEAST, most * SHARE);
  const found: number[] = [];
  let peak: LabelView | null = null;
  for (const label of labels) {
    const isDoubtful = label.review === 'pending' && label.risk >= bound;
    if (isDoubtful && (!peak || label.risk > peak.risk)) peak = label;
    if (isDoubtful || !peak) continue;
    found.push(peak.index);
    peak = null;
  }
  return peak ? [...found, peak.index] : found;
}

/** @returns null where there is none before or behind the frame */
export function doubtfulFrom(labels: readonly LabelView[], index: number, isBack: boolean): number | null {
  const all = peaks(labels);
  const found = isBack ? all.findLast((peak) => peak < index) : all.find((peak) => peak > index);
  return found ?? null;
}

/** The frame that a track is opened at: its most doubtful label that is left, else its first. */
export function firstLook(labels: readonly LabelView[]): number {
  const left = labels.filter(({ review }) => review === 'pending');
  const worst = left.reduce<LabelView | null>(
    (most, label) => (most && most.risk >= label.risk ? most : label),
    null,
  );
  return worst?.index ?? labels[0]?.index ?? 0;
}

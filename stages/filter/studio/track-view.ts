/** Tracks as the page shows them. Pure. */
import { median } from 'simple-statistics';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import { worthOfLooking } from '../../../pipeline/domain/labels/worth.ts';
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import type { RecordedAt } from '../../../schemas/terms.ts';
import type { LabelView, Review, TrackSummary, TrackView } from './api.ts';
import type { StandingTrack } from './clip-labels.ts';

/** Stretches of a sparkline. */
const STRETCHES = 64;
/** Pictures of a film strip. */
const STRIP = 8;

export function labelView({ track, box, risk, doubts, review, by }: ReviewedLabel): LabelView {
  const { index, cause, score } = track;
  return { index, box: [...box], cause, score, risk, doubts, review, by };
}

/** @param range the frames that are wanted, both included; all of the track where null */
export function trackView(
  clip: string,
  { track, labels, version }: StandingTrack,
  range: readonly [number, number] | null = null,
): TrackView {
  const wanted = range
    ? labels.filter(({ track: { index } }) => index >= range[0] && index <= range[1])
    : labels;
  return { clip, track, label: classOf(labels), version, range, labels: wanted.map(labelView) };
}

export interface SummaryContext {
  readonly clip: string;
  readonly camera: string;
  readonly recordedAt: RecordedAt | null;
  /** Risk below which automatic review accepts. */
  readonly acceptBelow: number;
}

/** @param standing has at least one label */
export function trackSummary(
  { track, labels, version }: StandingTrack,
  { acceptBelow, ...context }: SummaryContext,
): TrackSummary {
  const count: Record<Review, number> = { pending: 0, accepted: 0, rejected: 0, corrected: 0 };
  const causes: Partial<Record<LabelView['cause'], number>> = {};
  for (const { review, track: label } of labels) {
    count[review] += 1;
    causes[label.cause] = (causes[label.cause] ?? 0) + 1;
  }
  const scores = labels.flatMap((label) => label.track.score ?? []);
  const worst = labels.reduce((most, label) => (label.risk > most.risk ? label : most));
  return {
    ...context,
    track,
    label: classOf(labels),
    first: labels[0]!.track.index,
    last: labels.at(-1)!.track.index,
    version,
    count,
    causes,
    risks: sparkline(labels.map(({ risk }) => risk)),
    score: scores.length > 0 ? Math.round(median(scores) * 1000) / 1000 : null,
    strip: strip(labels, worst).map(({ track: { index }, box }) => ({ index, box: [...box] })),
    worth: Math.round(worthOfLooking(labels.map(weighed), acceptBelow) * 1000) / 1000,
    doubts: worst.doubts,
  };
}

const weighed = ({ risk, review }: ReviewedLabel) => ({ risk, pending: review === 'pending' });

/** A track's class: that of most of its labels; '' where it has none any more. */
function classOf(labels: readonly ReviewedLabel[]): string {
  const counts = new Map<string, number>();
  for (const { label } of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), ['', 0])[0];
}

/** The highest of each of at most {@link STRETCHES} stretches of the same length. */
export function sparkline(values: readonly number[]): number[] {
  const stretches = Math.min(STRETCHES, values.length);
  const start = (stretch: number) => Math.floor((stretch * values.length) / stretches);
  return Array.from({ length: stretches }, (_, i) => Math.max(...values.slice(start(i), start(i + 1))));
}

/** Spread evenly, with the most doubtful label in the place of the one nearest to it. */
function strip(labels: readonly ReviewedLabel[], worst: ReviewedLabel): ReviewedLabel[] {
  const even = evenlySpaced(labels, STRIP);
  if (even.includes(worst)) return even;
  const distance = (label: ReviewedLabel) => Math.abs(label.track.index - worst.track.index);
  const nearest = even.reduce((best, label) => (distance(label) < distance(best) ? label : best));
  return even.map((label) => (label === nearest ? worst : label));
}

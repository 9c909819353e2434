/** Decisions of Review, sent and said. */
import { signal } from '@preact/signals';
import type { Decide, TrackSummary, TrackView } from '../../../../studio/api.ts';
import { decide, labels, openClip } from '../../api/labels.ts';
import { say } from '../../api/notices.ts';
import { words } from '../../words/words.ts';
import { isLeft, labelsIn, type Reach, runsOf, runsWithin } from './runs.ts';

export type Verdict = 'accepted' | 'rejected';
type Timed = Pick<Decide, 'tookMs' | 'key'>;

const PACE_MS = 600_000;
const decidedAt: { readonly time: number; readonly count: number }[] = [];

/** Labels a minute on this page, over the last ten minutes in which anything was decided; null where nothing was. */
export const ownPace = signal<number | null>(null);

/** @returns how many labels were decided on */
export function decideWithin(
  track: TrackView,
  verdict: Verdict,
  { reach, index }: { readonly reach: Reach; readonly index: number },
  timed: Timed,
): number {
  const runs = runsWithin(track, reach, index);
  decide({ decision: verdict, runs, ...timed });
  return tell(verdict, labelsIn(track, runs));
}

/** What is left of all tracks of a clip. */
export function decideClip(clip: string, verdict: Verdict, timed: Timed): number {
  const views = [...(labels.peek().get(clip)?.values() ?? [])];
  decide({ decision: verdict, runs: views.flatMap((view) => runsOf(view, isLeft)), ...timed });
  return tell(
    verdict,
    views.reduce((sum, view) => sum + view.labels.filter(isLeft).length, 0),
  );
}

/** Whole tracks of the list, of which no label may be known here yet: one action. */
export async function decideTracks(
  summaries: readonly TrackSummary[],
  verdict: Verdict,
  timed: Timed,
): Promise<void> {
  // What is known already is decided on within this turn: a key answers at once.
  const unknown = new Set(summaries.map(({ clip }) => clip).filter((clip) => !labels.peek().has(clip)));
  if (unknown.size > 0) await Promise.all([...unknown].map(openClip));
  const views = summaries.flatMap(({ clip, track }) => labels.peek().get(clip)?.get(track) ?? []);
  const runs = views.map((view) => runsWithin(view, 'track', 0));
  decide({ decision: verdict, runs: runs.flat(), ...timed });
  tell(
    verdict,
    views.reduce((sum, view, i) => sum + labelsIn(view, runs[i] ?? []), 0),
  );
}

/** Says what was done, and counts it. */
export function tell(verdict: Verdict | 'corrected', count: number): number {
  say(words.value.review.did(words.value.reviews[verdict], count));
  const now = Date.now();
  decidedAt.push({ time: now, count });
  while ((decidedAt[0]?.time ?? now) < now - PACE_MS) decidedAt.shift();
  const minutes = Math.max(1, (now - (decidedAt[0]?.time ?? now)) / 60_000);
  ownPace.value = decidedAt.reduce((sum, one) => sum + one.count, 0) / minutes;
  return count;
}

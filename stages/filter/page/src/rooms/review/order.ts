/**
 * The tracks under review, in an order that stays while a person works: what changes its worth does not jump away under
 * their hands. New tracks come last; the order is made anew where the filter changes or the person asks for it.
 */
import { computed, effect, signal } from '@preact/signals';
import type { Review, TrackSummary } from '../../../../studio/api.ts';
import { labels } from '../../api/labels.ts';
import { tracks } from '../../api/lists.ts';
import { ALL, type Filter, fits } from './filter.ts';

export const trackKey = ({ clip, track }: { readonly clip: string; readonly track: number }) =>
  `${clip}/${track}`;

export const filter = signal<Filter>(ALL);
const order = signal<readonly string[]>([]);
const byKey = computed(() => new Map(tracks.value.map((track) => [trackKey(track), track])));

/** Tracks in their order; those that are done stay until it is made anew. */
export const listed = computed(() =>
  order.value.flatMap((key) => {
    const track = byKey.value.get(key);
    return track ? [track] : [];
  }),
);

/** The track that keys act on in the list. */
export const cursor = signal<string | null>(null);
/** Tracks that were picked, to decide on all of them at once. */
export const picked = signal<ReadonlySet<string>>(new Set());

export function reorder(): void {
  order.value = tracks
    .peek()
    .filter((track) => fits(track, filter.peek()))
    .map(trackKey);
}

effect(() => {
  filter.value;
  reorder();
});

effect(() => {
  const known = new Set(order.peek());
  const fresh = tracks.value.filter((track) => fits(track, filter.peek()) && !known.has(trackKey(track)));
  if (fresh.length > 0) order.value = [...order.peek(), ...fresh.map(trackKey)];
});

/** What was decided, as it is shown: of an opened clip also what the server does not know yet. */
export function countsOf({ clip, track, count }: TrackSummary): Readonly<Record<Review, number>> {
  const view = labels.value.get(clip)?.get(track);
  if (!view) return count;
  const counts = { pending: 0, accepted: 0, rejected: 0, corrected: 0 };
  for (const { review } of view.labels) counts[review] += 1;
  return counts;
}

/** @returns the track before or behind in the list, that has something left; null where there is none */
export function neighbour(key: string, isBack: boolean, isLeft: boolean): TrackSummary | null {
  const all = isBack ? listed.peek().toReversed() : listed.peek();
  const at = all.findIndex((track) => trackKey(track) === key);
  return all.slice(at + 1).find((track) => !isLeft || countsOf(track).pending > 0) ?? null;
}

/** What the page knows of the job: asked once, then kept up to date by the server's events. */
import { batch, computed, type Signal, signal } from '@preact/signals';
import type {
  ClipView,
  FrameProposal,
  JobView,
  ModelView,
  Progress,
  Session,
  TrackSummary,
} from '../../../studio/api.ts';
import { ask, RefusedError } from './client.ts';

export const session = signal<Session | null>(null);
export const clips = signal<ReadonlyMap<string, ClipView>>(new Map());
export const tracks = signal<readonly TrackSummary[]>([]);
export const proposals = signal<readonly FrameProposal[]>([]);
export const jobs = signal<readonly JobView[]>([]);
export const models = signal<readonly ModelView[]>([]);
export const progress = signal<Progress | null>(null);

/** Why the page can't show anything; null where it can. */
export const shutOut = signal<string | null>(null);
export const isLoaded = signal(false);

/** Labels that nobody has decided on. */
export const left = computed(() =>
  [...clips.value.values()].reduce((sum, { labels }) => sum + labels.pending, 0),
);

/** A list that could not be had just now is asked for again after so long, ms. */
const AGAIN_MS = 2_000;

let loads = 0;

/**
 * Resolves when there is something to work with: clips and tracks. The other lists come when they come.
 * @throws AwayError where the server can't be reached
 */
export async function loadLists(): Promise<void> {
  try {
    session.value = await ask<Session>('GET', '/session');
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    shutOut.value = error.message;
    return;
  }
  shutOut.value = null;
  loads += 1;
  void part('/proposals', proposals);
  void part('/jobs', jobs);
  void part('/models', models);
  void part('/progress', progress);
  const all = signal<readonly ClipView[]>([]);
  await Promise.all([part('/clips', all), part('/tracks', tracks)]);
  batch(() => {
    clips.value = new Map(all.value.map((clip) => [clip.clip, clip]));
    isLoaded.value = true;
  });
}

/** Asks until it is there; what the server refuses stays as it was. Ends where all is loaded anew meanwhile. */
async function part<T>(path: string, list: Signal<T>): Promise<void> {
  for (const own = loads; own === loads; ) {
    try {
      list.value = await ask<T>('GET', path);
      return;
    } catch (error) {
      if (error instanceof RefusedError) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

export async function setUser(user: string): Promise<void> {
  session.value = await ask<Session>('PUT', '/session', { user });
}

export function takeClip(clip: ClipView): void {
  clips.value = new Map(clips.value).set(clip.clip, clip);
}

/** Puts a clip's tracks in the place of those that were known; first what is worth most. */
export function takeSummaries(
  clip: string,
  changed: ReadonlySet<number>,
  own: readonly TrackSummary[],
): void {
  const others = tracks.value.filter((track) => track.clip !== clip || !changed.has(track.track));
  tracks.value = [...others, ...own].sort((a, b) => b.worth - a.worth);
}

export function takeJobs(changed: readonly JobView[]): void {
  const names = new Set(changed.map(({ job }) => job));
  const others = jobs.value.filter(({ job }) => !names.has(job));
  jobs.value = [...changed, ...others].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

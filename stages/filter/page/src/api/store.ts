/** What the page knows, kept up to date by the server's events. */
import { batch, computed, signal } from '@preact/signals';
import type {
  ClipView,
  DrawnFrame,
  FrameProposal,
  JobView,
  LiveEvent,
  ModelView,
  Progress,
  Session,
  TrackSummary,
  TrackView,
} from '../../../studio/api.ts';
import { ask } from './client.ts';

export const session = signal<Session | null>(null);
export const clips = signal<ReadonlyMap<string, ClipView>>(new Map());
export const tracks = signal<readonly TrackSummary[]>([]);
export const drawn = signal<ReadonlyMap<string, DrawnFrame>>(new Map());
export const proposals = signal<readonly FrameProposal[]>([]);
export const jobs = signal<readonly JobView[]>([]);
export const models = signal<readonly ModelView[]>([]);
export const progress = signal<Progress | null>(null);
/** Whether events come in. */
export const online = signal(false);
/** The last thing worth saying, for everybody and for screen readers. */
export const notice = signal<{ readonly text: string; readonly bad: boolean } | null>(null);

/** Labels by clip, of those that were opened. */
export const opened = signal<ReadonlyMap<string, ReadonlyMap<number, TrackView>>>(new Map());

export const classes = computed(() => {
  const known = session.value?.classes ?? [];
  const of = [...drawn.value.values()].flatMap(({ boxes }) => (boxes ?? []).map(({ label }) => label));
  const labelled = tracks.value.map(({ label }) => label);
  return [...new Set([...known, ...of, ...labelled])];
});

export const frameKey = (clip: string, index: number) => `${clip}#${index}`;

export async function loadAll(): Promise<void> {
  const [who, all, ranked, frames, proposed, running, trained] = await Promise.all([
    ask<Session>('GET', '/session'),
    ask<ClipView[]>('GET', '/clips'),
    ask<TrackSummary[]>('GET', '/tracks'),
    ask<DrawnFrame[]>('GET', '/drawn'),
    ask<FrameProposal[]>('GET', '/proposals'),
    ask<JobView[]>('GET', '/jobs'),
    ask<ModelView[]>('GET', '/models'),
  ]);
  batch(() => {
    session.value = who;
    clips.value = new Map(all.map((clip) => [clip.clip, clip]));
    tracks.value = ranked;
    drawn.value = new Map(frames.map((frame) => [frameKey(frame.clip, frame.index), frame]));
    proposals.value = proposed;
    jobs.value = running;
    models.value = trained;
    opened.value = new Map();
  });
}

/** Labels of a clip; asked for once, then kept up to date. */
export async function openClip(clip: string): Promise<void> {
  if (opened.value.has(clip)) return;
  const labels = await ask<TrackView[]>('GET', `/clips/${clip}/labels`);
  opened.value = new Map(opened.value).set(clip, new Map(labels.map((track) => [track.track, track])));
}

/** Puts what changed in the place of what was known; nothing where the clip is not open. */
export function takeTracks(changed: readonly TrackView[]): void {
  const all = new Map(opened.value);
  for (const view of changed) {
    const known = all.get(view.clip);
    if (!known) continue;
    const own = new Map(known);
    const before = own.get(view.track);
    if (before && before.version > view.version) continue;
    const merged = before && view.range ? { ...view, range: null, labels: merge(before, view) } : view;
    if (merged.labels.length > 0) own.set(view.track, merged);
    else own.delete(view.track);
    all.set(view.clip, own);
  }
  opened.value = all;
}

function merge(before: TrackView, { range, labels }: TrackView): TrackView['labels'] {
  if (!range) return labels;
  const [from, to] = range;
  const kept = before.labels.filter(({ index }) => index < from || index > to);
  return [...kept, ...labels].toSorted((a, b) => a.index - b.index);
}

export function takeDrawn(frame: DrawnFrame): void {
  const key = frameKey(frame.clip, frame.index);
  const before = drawn.value.get(key);
  if (before && before.version > frame.version) return;
  drawn.value = new Map(drawn.value).set(key, frame);
}

function take(event: LiveEvent): void {
  if (event.kind === 'clip') clips.value = new Map(clips.value).set(event.clip.clip, event.clip);
  else if (event.kind === 'tracks') {
    const others = tracks.value.filter(({ clip }) => clip !== event.clip);
    tracks.value = [...others, ...event.tracks].toSorted((a, b) => b.worth - a.worth);
  } else if (event.kind === 'labels') takeTracks(event.tracks);
  else if (event.kind === 'drawn') takeDrawn(event.frame);
  else if (event.kind === 'job') {
    const others = jobs.value.filter(({ job }) => job !== event.job.job);
    jobs.value = [event.job, ...others].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  } else if (event.kind === 'models') models.value = event.models;
  else if (event.kind === 'progress') progress.value = event.progress;
}

/** Follows the server for as long as the page is open; the browser connects again by itself. */
export function follow(): void {
  const source = new EventSource('api/live');
  const queue: LiveEvent[] = [];
  let flushing = false;
  source.onmessage = ({ data }) => {
    queue.push(JSON.parse(data) as LiveEvent); // the server's own word; it is built with this page
    if (flushing) return;
    flushing = true;
    // Many events in a row are one picture.
    requestAnimationFrame(() => {
      flushing = false;
      batch(() => {
        for (const event of queue.splice(0)) take(event);
      });
    });
  };
  source.addEventListener('ready', () => {
    online.value = true;
  });
  source.addEventListener('reset', () => void loadAll().catch(() => {}));
  source.onerror = () => {
    online.value = false;
  };
}

export function say(text: string, bad = false): void {
  notice.value = { text, bad };
}

/** Follows the server for as long as the page is open; the browser connects again by itself. */
import { batch, signal } from '@preact/signals';
import type { LiveEvent } from '../../../studio/api.ts';
import { loadDrawings, takeDrawing } from './drawings.ts';
import { dropTracks, reopenClips, takeTracks } from './labels.ts';
import { loadLists, models, progress, proposals, takeClip, takeJobs, takeSummaries } from './lists.ts';

/** Whether events come in. */
export const isOnline = signal(true);
/** Whether the server reaches the bus. */
export const isBusUp = signal(true);

/** A browser gives up where an answer is no stream: then it is asked again after so long, ms. */
const AGAIN_MS = 2_000;

export function follow(): void {
  const source = new EventSource('api/live');
  const queue: LiveEvent[] = [];
  source.onmessage = ({ data }: MessageEvent<string>) => {
    queue.push(JSON.parse(data) as LiveEvent); // the server's own word; it is built with this page
    if (queue.length > 1) return;
    // Many events in a row are one picture; a timer, since a hidden page draws none.
    setTimeout(() => batch(() => queue.splice(0).forEach(take)), 16);
  };
  source.addEventListener('ready', () => {
    isOnline.value = true;
  });
  source.addEventListener('reset', () => void reload());
  source.onerror = () => {
    isOnline.value = false;
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => void reload().then(follow, follow), AGAIN_MS);
  };
}

async function reload(): Promise<void> {
  await Promise.all([loadLists(), loadDrawings(), reopenClips()]);
}

function take(event: LiveEvent): void {
  if (event.kind === 'clip') takeClip(event.clip);
  else if (event.kind === 'tracks') {
    takeSummaries(event.clip, new Set(event.of), event.tracks);
    const standing = new Set(event.tracks.map(({ track }) => track));
    dropTracks(event.clip, new Set(event.of.filter((track) => !standing.has(track))));
  } else if (event.kind === 'labels') takeTracks(event.tracks);
  else if (event.kind === 'drawn') takeDrawing(event.frame);
  else if (event.kind === 'proposals') proposals.value = event.proposals;
  else if (event.kind === 'job') takeJobs([event.job]);
  else if (event.kind === 'models') models.value = event.models;
  else if (event.kind === 'progress') progress.value = event.progress;
  else isBusUp.value = event.up;
}

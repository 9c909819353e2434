/** What a person does, shown at once and sent to the server; what it refuses is taken back and said. */
import type {
  Decide,
  Decided,
  Draw,
  DrawnBox,
  DrawnFrame,
  Edit,
  LabelView,
  Run,
  TrackView,
} from '../../studio/api.ts';
import { ask, RefusedError } from './api/client.ts';
import { post } from './api/outbox.ts';
import {
  drawn,
  frameKey,
  loadAll,
  openClip,
  opened,
  say,
  session,
  takeDrawn,
  takeTracks,
} from './api/store.ts';
import { t } from './words.ts';

/** When what is on the page was shown, for how long a decision took. */
let shownAt = performance.now();

export function shown(): void {
  shownAt = performance.now();
}

function took(): number {
  const ms = Math.min(3_600_000, Math.round(performance.now() - shownAt));
  shownAt = performance.now();
  return ms;
}

/** @param boxes null takes away what was drawn */
export function drawFrame(clip: string, index: number, boxes: readonly DrawnBox[] | null, key: string): void {
  const stands = drawn.value.get(frameKey(clip, index));
  const now: DrawnFrame = {
    ...{ clip, index, boxes, by: session.value?.user ?? '', at: new Date().toISOString() },
    version: stands?.version ?? 0,
  };
  drawn.value = new Map(drawn.value).set(frameKey(clip, index), now);
  const tookMs = took();
  post(
    async () => {
      const version = drawn.value.get(frameKey(clip, index))?.version ?? 0;
      const body: Draw = { boxes: boxes ? [...boxes] : null, version, tookMs, key };
      takeDrawn(await ask<DrawnFrame>('PUT', `/drawn/${clip}/${index}`, body));
    },
    (error) => {
      const standing =
        error instanceof RefusedError && error.status === 409 ? error.answer : (stands ?? null);
      const frames = new Map(drawn.value);
      if (standing)
        frames.set(frameKey(clip, index), standing as DrawnFrame); // of a conflict: the frame that stands
      else frames.delete(frameKey(clip, index));
      drawn.value = frames;
      refused(error);
    },
  );
}

/** Decides on frames of a track, both included. */
export function decide(
  { clip, track, version }: TrackView,
  [from, to]: readonly [number, number],
  decision: Decide['decision'],
  key: string,
  box?: LabelView['box'],
): void {
  const known = opened.value.get(clip)?.get(track);
  if (known) takeTracks([preview(known, [from, to], decision, box)]);
  const tookMs = took();
  const runs: Run[] = [{ clip, track, from, to, version }];
  send('/decisions', { decision, runs, ...(box && { box: [...box] }), tookMs, key } satisfies Decide);
}

/** As it will stand when the server has it. */
function preview(
  view: TrackView,
  range: readonly [number, number],
  decision: Decide['decision'],
  box?: LabelView['box'],
): TrackView {
  const labels = view.labels
    .filter(({ index }) => index >= range[0] && index <= range[1])
    .map((label) => ({ ...label, review: decision, ...(box && { box }), by: session.value?.user ?? null }));
  return { ...view, range, labels };
}

/** Decides on all tracks of a clip. */
export function decideClip(clip: string, decision: 'accepted' | 'rejected', key: string): void {
  const views = [...(opened.value.get(clip)?.values() ?? [])];
  const runs = views.flatMap((view): Run[] => {
    const [first, last] = [view.labels[0], view.labels.at(-1)];
    if (!first || !last) return [];
    takeTracks([preview(view, [first.index, last.index], decision)]);
    return [{ clip, track: view.track, from: first.index, to: last.index, version: view.version }];
  });
  send('/decisions', { decision, runs, tookMs: took(), key } satisfies Decide);
}

export function edit(change: Edit): void {
  send('/edits', { ...change, tookMs: took() });
}

export function change(direction: 'undo' | 'redo'): void {
  post(
    async () => {
      const { tracks } = await ask<Decided>('POST', `/${direction}`);
      takeTracks(tracks);
      say(t(direction));
    },
    (error) => say(error.message, true),
  );
}

function send(path: string, body: unknown): void {
  post(async () => takeTracks((await ask<Decided>('POST', path, body)).tracks), refused);
}

function refused(error: Error): void {
  const conflict = error instanceof RefusedError && error.status === 409;
  say(conflict ? t('conflict') : error.message, true);
  // What was shown ahead of the answer gives way to what stands.
  const clips = [...opened.value.keys()];
  void loadAll()
    .then(() => Promise.all(clips.map(openClip)))
    .catch(() => {});
}

/**
 * Labels of the clips that were opened. A decision is shown at once: what the server has said is kept apart from what
 * is on its way to it, and what is shown is the second done on the first.
 */
import { batch, signal } from '@preact/signals';
import type { Decide, Decided, Edit, TrackView } from '../../../studio/api.ts';
import { words } from '../words/words.ts';
import { ask, type RefusedError } from './client.ts';
import { session } from './lists.ts';
import { conflicts, say } from './notices.ts';
import { type Errand, post, receive } from './outbox.ts';
import { type ClipTracks, decided, edited, renewed } from './overlay.ts';

type LabelErrand = Errand<'decide'> | Errand<'edit'>;

/** As shown, by clip. */
export const labels = signal<ReadonlyMap<string, ClipTracks>>(new Map());
/** What an undo or redo changed: where to look. */
export const changedBack = signal<{
  readonly clip: string;
  readonly track: number;
  readonly index: number;
} | null>(null);

const said = new Map<string, ClipTracks>();
const opening = new Map<string, Promise<void>>();
let underway: LabelErrand[] = [];

/** Asks for a clip's labels; once, then they are kept up to date. */
export function openClip(clip: string): Promise<void> {
  const known = opening.get(clip);
  if (known) return known;
  const asked = ask<TrackView[]>('GET', `/clips/${clip}/labels`).then((views) => {
    said.set(clip, new Map(views.map((view) => [view.track, view])));
    show(clip);
  });
  opening.set(clip, asked);
  asked.catch(() => opening.delete(clip));
  return asked;
}

/** After the page was away for too long to be told what it missed. */
export async function reopenClips(): Promise<void> {
  const clips = [...opening.keys()];
  opening.clear();
  await Promise.all(clips.map(openClip));
}

export function decide(request: Decide): void {
  if (request.runs.length === 0) return;
  begin(post('decide', '/decisions', request));
}

export function edit(request: Edit): void {
  begin(post('edit', '/edits', request));
}

export function undo(): void {
  post('undo', '/undo', {});
}

export function redo(): void {
  post('redo', '/redo', {});
}

/** What was decided before the page was loaded again, and is not sent yet. */
export function beginAgain(errands: readonly { readonly kind: string }[]): void {
  const isOurs = (errand: { readonly kind: string }): errand is LabelErrand =>
    errand.kind === 'decide' || errand.kind === 'edit';
  underway.push(...errands.filter(isOurs));
}

export function takeTracks(news: readonly TrackView[]): void {
  batch(() => {
    for (const [clip, own] of Map.groupBy(news, (view) => view.clip)) {
      const known = said.get(clip);
      if (!known) continue;
      said.set(clip, renewed(known, own));
      show(clip);
    }
  });
}

/** Drops tracks that are no more: joined to others. */
export function dropTracks(clip: string, gone: ReadonlySet<number>): void {
  const known = said.get(clip);
  if (!known || ![...known.keys()].some((track) => gone.has(track))) return;
  said.set(clip, new Map([...known].filter(([track]) => !gone.has(track))));
  show(clip);
}

function begin(errand: LabelErrand): void {
  underway.push(errand);
  const shown = new Map(labels.value);
  for (const clip of clipsOf(errand)) {
    const before = shown.get(clip);
    if (before) shown.set(clip, done(before, clip, errand));
  }
  labels.value = shown;
}

function done(tracks: ClipTracks, clip: string, errand: LabelErrand): ClipTracks {
  if (errand.kind === 'edit') return edited(tracks, clip, errand.body);
  return decided(tracks, clip, errand.body, session.value?.user ?? '');
}

function show(clip: string): void {
  const base = said.get(clip);
  if (!base) return;
  const shown = underway
    .filter((errand) => clipsOf(errand).has(clip))
    .reduce((tracks, errand) => done(tracks, clip, errand), base);
  labels.value = new Map(labels.value).set(clip, shown);
}

const runsOf = ({ kind, body }: LabelErrand) => (kind === 'edit' ? [body.run] : body.runs);
const clipsOf = (errand: LabelErrand) => new Set(runsOf(errand).map(({ clip }) => clip));

function end(errand: LabelErrand, answer: Decided | null): void {
  underway = underway.filter(({ id }) => id !== errand.id);
  batch(() => {
    if (answer) takeTracks(answer.tracks);
    for (const clip of clipsOf(errand)) show(clip);
  });
}

function refused(errand: LabelErrand, error: RefusedError): void {
  if (error.status !== 409) {
    end(errand, null);
    say(error.message, true);
    return;
  }
  const { tracks } = error.answer as Decided; // the API's word for 409
  end(errand, { action: null, tracks });
  const [run] = runsOf(errand);
  if (!run) return;
  const theirs = tracks
    .flatMap((view) => view.labels)
    .find(({ index, by }) => by !== null && index >= run.from && index <= run.to);
  const versions = new Map(tracks.map(({ clip, track, version }) => [`${clip}/${track}`, version]));
  const now = <R extends typeof run>(old: R): R => ({
    ...old,
    version: versions.get(`${old.clip}/${old.track}`) ?? old.version,
  });
  const again = () =>
    errand.kind === 'edit'
      ? edit({ ...errand.body, run: now(errand.body.run) })
      : decide({ ...errand.body, runs: errand.body.runs.map(now) });
  const who = theirs?.by ?? words.value.somebody;
  conflicts.value = [
    ...conflicts.value,
    { id: errand.id, who, clip: run.clip, track: run.track, index: run.from, again },
  ];
}

receive('decide', { done: (errand, answer) => end(errand, answer), refused });
receive('edit', { done: (errand, answer) => end(errand, answer), refused });
for (const kind of ['undo', 'redo'] as const) {
  receive(kind, {
    done: (_, { tracks }) => {
      takeTracks(tracks);
      say(words.value[kind === 'undo' ? 'undone' : 'redone']);
      const first = tracks[0];
      const index = first?.range?.[0] ?? first?.labels[0]?.index;
      if (first && index !== undefined) changedBack.value = { clip: first.clip, track: first.track, index };
    },
    refused: (_, error) =>
      say(
        error.status === 404
          ? words.value[kind === 'undo' ? 'nothingToUndo' : 'nothingToRedo']
          : error.message,
      ),
  });
}

/** What was drawn by hand, by frame: saved as it is drawn, shown as saved when the server has it. */
import { signal } from '@preact/signals';
import type { Draw, DrawnBox, DrawnFrame } from '../../../studio/api.ts';
import { ask, type RefusedError } from './client.ts';
import { session } from './lists.ts';
import { conflicts, say } from './notices.ts';
import { type Errand, post, receive } from './outbox.ts';

/** As the server has them. */
const stored = new Map<string, DrawnFrame>();

/** As shown: what is on its way to the server, else what the server has. */
export const drawings = signal<ReadonlyMap<string, DrawnFrame>>(new Map());
/** Frames with changes that are not at the server yet. */
export const saving = signal<ReadonlyMap<string, number>>(new Map());

export const frameKey = (clip: string, index: number) => `${clip}/${index}`;

export async function loadDrawings(): Promise<void> {
  const frames = await ask<DrawnFrame[]>('GET', '/drawn');
  const shown = new Map(drawings.value);
  for (const frame of frames) {
    const key = frameKey(frame.clip, frame.index);
    stored.set(key, frame);
    if (!saving.value.has(key)) shown.set(key, frame);
  }
  drawings.value = shown;
}

/** @param boxes all of the frame's; none: there is nothing here; null: as if it had never been looked at */
export function save(
  { clip, index }: { readonly clip: string; readonly index: number },
  boxes: readonly DrawnBox[] | null,
  by: string,
  timed: Pick<Draw, 'tookMs' | 'key'>,
): void {
  const key = frameKey(clip, index);
  const version = stored.get(key)?.version ?? 0;
  const frame = { clip, index, boxes, by, at: new Date().toISOString(), version };
  drawings.value = new Map(drawings.value).set(key, frame);
  count(key, 1);
  post('draw', `/drawn/${key}`, { boxes: boxes && [...boxes], version, ...timed });
}

export function takeDrawing(frame: DrawnFrame): void {
  const key = frameKey(frame.clip, frame.index);
  const known = stored.get(key);
  if (known && known.version > frame.version) return;
  stored.set(key, frame);
  if (!saving.value.has(key)) drawings.value = new Map(drawings.value).set(key, frame);
}

/** What was drawn before the page was loaded again, and is not sent yet. */
export function drawAgain(errands: readonly { readonly kind: string }[], by: string): void {
  const isOurs = (errand: { readonly kind: string }): errand is Errand<'draw'> => errand.kind === 'draw';
  for (const { path, body } of errands.filter(isOurs)) {
    const { clip, index } = placeOf(path);
    const key = frameKey(clip, index);
    const frame = { clip, index, boxes: body.boxes, by, at: new Date().toISOString(), version: body.version };
    drawings.value = new Map(drawings.value).set(key, frame);
    count(key, 1);
  }
}

/** @param path `/drawn/CLIP/INDEX` */
function placeOf(path: string): { clip: string; index: number } {
  const [, , clip = '', index] = path.split('/');
  return { clip, index: Number(index) };
}

function count(key: string, by: number): void {
  const left = (saving.value.get(key) ?? 0) + by;
  const all = new Map(saving.value);
  if (left > 0) all.set(key, left);
  else all.delete(key);
  saving.value = all;
}

function refused({ id, path, body }: Errand<'draw'>, error: RefusedError): void {
  const { clip, index } = placeOf(path);
  const key = frameKey(clip, index);
  count(key, -1);
  if (error.status === 409) {
    const theirs = error.answer as DrawnFrame; // the API's word for 409
    takeDrawing(theirs);
    const again = () => save(theirs, body.boxes, session.value?.user ?? '', {});
    conflicts.value = [...conflicts.value, { id, who: theirs.by, clip, track: null, index, again }];
    return;
  }
  const before = stored.get(key);
  const shown = new Map(drawings.value);
  if (before) shown.set(key, before);
  else shown.delete(key);
  drawings.value = shown;
  say(error.message, true);
}

receive('draw', {
  done: (_, frame) => {
    count(frameKey(frame.clip, frame.index), -1);
    takeDrawing(frame);
  },
  refused,
});

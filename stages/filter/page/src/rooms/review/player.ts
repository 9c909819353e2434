/** Plays a clip's frames with their boxes, past the page's rendering: 60 pictures a second leave no time for it. */
import { batch, signal } from '@preact/signals';
import { frameHere, prefetch } from '../../canvas/pictures.ts';
import { ahead, nextShown, SPEEDS, type Speed, strideOf } from './playback.ts';

export interface Played {
  readonly clip: string;
  readonly fps: number;
  readonly last: number;
  /** Puts the frame on the screen. */
  readonly show: (picture: ImageBitmap, index: number) => void;
  /** @param index the frame on the screen when it stopped */
  readonly ended: (index: number) => void;
}

/** Of decoded pictures that wait for their turn, bytes: half of what is kept. */
const AHEAD_BYTES = 150 * 2 ** 20;
const MOST_AHEAD = 40;
const SAY_MS = 200;

/** The frame on the screen while playing; null where nothing is played. */
export const playhead = signal<number | null>(null);
/** The same as the page shows it in words: a few times a second, since nobody reads faster. */
export const played = signal<number | null>(null);
export const speed = signal<Speed>(1);
/** Pictures that were shown in the last second of playing. */
export const shownPerSecond = signal(0);

let stopNow: (() => void) | null = null;

export function play({ clip, fps, last, show, ended }: Played, from: number): void {
  stop();
  let shown = from;
  let position = from;
  let before = performance.now();
  let since = before;
  let pictures = 0;
  let saidAt = before;
  let frame = requestAnimationFrame(tick);
  playhead.value = from;
  played.value = from;
  stopNow = () => {
    cancelAnimationFrame(frame);
    stopNow = null;
    batch(() => {
      playhead.value = null;
      played.value = null;
      ended(shown);
    });
  };
  want();

  function want(): void {
    const here = frameHere(clip, shown);
    const bytes = here ? here.width * here.height * 4 : 4 * 2 ** 20;
    const count = Math.min(MOST_AHEAD, Math.max(4, Math.floor(AHEAD_BYTES / bytes)));
    prefetch(clip, ahead(shown, last, fps * speed.value, count));
  }

  function tick(now: number): void {
    const perSecond = fps * speed.value;
    position = Math.min(last, position + ((now - before) / 1000) * perSecond);
    before = now;
    const stride = strideOf(perSecond);
    const due = position >= last ? last : Math.floor(position / stride) * stride;
    const step = nextShown(shown, due, (index) => frameHere(clip, index) !== undefined);
    if (step.isLate) position = shown;
    const picture = step.index === shown ? undefined : frameHere(clip, step.index);
    if (picture) {
      shown = step.index;
      show(picture, shown);
      playhead.value = shown;
      pictures += 1;
    }
    want();
    if (now - saidAt >= SAY_MS) {
      saidAt = now;
      played.value = shown;
    }
    if (now - since >= 1000) {
      shownPerSecond.value = Math.round((pictures * 1000) / (now - since));
      since = now;
      pictures = 0;
    }
    if (shown >= last) stop();
    else frame = requestAnimationFrame(tick);
  }
}

export function stop(): void {
  stopNow?.();
}

export function changeSpeed(by: 1 | -1): void {
  const at = SPEEDS.indexOf(speed.value) + by;
  speed.value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] ?? 1;
}

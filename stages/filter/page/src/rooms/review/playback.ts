/** Which frame is shown next while playing. Pure. */

export const SPEEDS = [1, 2, 4, 8] as const;
export type Speed = (typeof SPEEDS)[number];

export interface Step {
  readonly index: number;
  /** Pictures did not come in time: the clock has to wait. */
  readonly isLate: boolean;
}

/**
 * The frame that is due, or the last before it that is here: a box is never shown on another frame's picture.
 * @param shown the frame on the screen
 * @param due the frame that the clock has reached
 * @param isHere whether a frame's picture is decoded
 */
export function nextShown(shown: number, due: number, isHere: (index: number) => boolean): Step {
  for (let index = due; index > shown; index -= 1) {
    if (isHere(index)) return { index, isLate: false };
  }
  return { index: shown, isLate: due > shown };
}

/**
 * Frames to ask for while playing, in the order in which they are due: where more pass by than a screen shows, only
 * every second, third …
 * @param perSecond frames of the clip that pass in a second, at the chosen speed
 * @param count how many to ask for
 */
export function ahead(index: number, last: number, perSecond: number, count: number): number[] {
  const stride = strideOf(perSecond);
  const first = Math.floor(index / stride) * stride + stride;
  return Array.from({ length: count }, (_, i) => first + i * stride).filter((next) => next <= last);
}

/** Frames from one that is shown to the next: a screen shows 60 a second. */
export function strideOf(perSecond: number): number {
  return Math.max(1, Math.ceil(perSecond / 60));
}

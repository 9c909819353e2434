/** Colours that mean something, on pictures and beside them; each goes with a shape or a word. */
import type { Review } from '../../../studio/api.ts';
import type { Mark } from './paint.ts';

export const CAUSE_COLOURS: Readonly<Record<Mark, string>> = {
  hand: '#f0c24b',
  detected: '#4cc3c7',
  followed: '#82aaff',
  interpolated: '#c79bf2',
  moved: '#f29a52',
  held: '#f07f8e',
};

export const REVIEW_COLOURS: Readonly<Record<Review, string>> = {
  pending: '#9aa396',
  accepted: '#62b564',
  rejected: '#e0605e',
  corrected: '#5aa0e6',
};

const CLASS_COLOURS = [
  '#f0c24b',
  '#4cc3c7',
  '#f29a52',
  '#82aaff',
  '#8ed081',
  '#f07f8e',
  '#c79bf2',
  '#d9d2b0',
  '#6fe0b0',
];

/** @param nth of the class, as the number keys have it */
export function classColour(nth: number): string {
  return CLASS_COLOURS[Math.max(0, nth) % CLASS_COLOURS.length] ?? '#fff';
}

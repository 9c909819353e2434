/** How a label's cause is shown: a colour and, for those who can't tell it, a shape. */
import type { LabelView, Review } from '../../../studio/api.ts';

export type Cause = LabelView['cause'];

export const causeStyle: Readonly<Record<Cause, { readonly colour: string; readonly shape: string }>> = {
  hand: { colour: '#e6b800', shape: '◆' },
  detected: { colour: '#2fa46b', shape: '●' },
  followed: { colour: '#3c8fd9', shape: '▲' },
  interpolated: { colour: '#9a6fd0', shape: '⬌' },
  moved: { colour: '#e0803a', shape: '▶' },
  held: { colour: '#d9534f', shape: '■' },
};

export const reviewShape: Readonly<Record<Review, string>> = {
  pending: '·',
  accepted: '✓',
  rejected: '✕',
  corrected: '✎',
};

/** Frames that may be worth drawing, and what a glance at each tells. Pure. */
import { median } from 'simple-statistics';
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import type { ClipView } from './api.ts';
import type { FramePlace } from './requests.ts';

/** Of all clips: each is decoded for it. */
const MOST_CANDIDATES = 150;
/** Clips that are looked at. */
const MOST_CLIPS = 40;
/** Of one clip: fewer tell nothing of what moves. */
const FEWEST = 5;
const MOST_OF_CLIP = 40;

/** A grey thumbnail, [height, width], 0 to 255. */
export const THUMBNAIL = { width: 64, height: 40 } as const;

export interface Candidate extends FramePlace {
  readonly grey: Uint8Array;
}

/** A candidate beside the others of its clip. */
export interface Glance extends Candidate {
  /** Mean brightness, 0 to 255. */
  readonly light: number;
  /** Share of the picture that differs from what is usual in the clip, 0 to 1: something came, or went. */
  readonly change: number;
}

/** A cell that differs by so much is not noise, levels. */
const CHANGED = 14;

/** Clips that can be drawn on: at most so many, spread evenly over all. */
export function candidateClips(clips: readonly ClipView[]): ClipView[] {
  const usable = clips.filter(({ state, frames }) => state !== 'failed' && (frames ?? 0) > 0);
  return evenlySpaced(usable, MOST_CLIPS);
}

/** Frames of a clip to glance at, spread evenly, its first among them. @param clips how many clips share the work */
export function candidateFrames({ frames }: ClipView, clips: number): number[] {
  const length = frames ?? 0;
  const share = Math.floor(MOST_CANDIDATES / Math.max(1, clips));
  const count = Math.min(length, MOST_OF_CLIP, Math.max(FEWEST, share));
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** @param candidates of one clip */
export function glances(candidates: readonly Candidate[]): Glance[] {
  const [first] = candidates;
  if (!first) return [];
  const usual = first.grey.map((_, cell) => median(candidates.map(({ grey }) => grey[cell] ?? 0)));
  const usualLight = meanOf(usual);
  return candidates.map((candidate) => {
    const light = meanOf(candidate.grey);
    return { ...candidate, light, change: changedShare(candidate.grey, light, usual, usualLight) };
  });
}

/** How different two frames look: per cent of the picture that is another, and two levels of light count as one. */
export function difference(a: Glance, b: Glance): number {
  return 100 * changedShare(a.grey, a.light, b.grey, b.light) + 0.5 * Math.abs(a.light - b.light);
}

/** A cloud, or dusk, changes every cell alike: that is light, and nothing that came. */
function changedShare(a: Uint8Array, lightOfA: number, b: Uint8Array, lightOfB: number): number {
  const shift = lightOfA - lightOfB;
  let changed = 0;
  for (let i = 0; i < a.length; i++) if (Math.abs((a[i] ?? 0) - (b[i] ?? 0) - shift) > CHANGED) changed += 1;
  return changed / Math.max(1, a.length);
}

function meanOf(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

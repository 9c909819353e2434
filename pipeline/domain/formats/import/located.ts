/** Boxes on their way from a file to a clip. */
import type { Problem } from '../problem.ts';
import type { ClipBoxEntry, KnownClip } from './source.ts';

/** A box and the clip that it is on. */
export interface Located<B extends ClipBoxEntry = ClipBoxEntry> {
  readonly box: B;
  readonly clip: KnownClip;
  readonly file: string;
}

/** What a step makes of them. */
export interface SettledLocated<B extends ClipBoxEntry = ClipBoxEntry> {
  readonly clipBoxes: readonly Located<B>[];
  readonly leftOut: readonly Problem[];
  /** What the problems are about. */
  readonly refused: readonly Located<B>[];
  readonly notes: readonly string[];
}

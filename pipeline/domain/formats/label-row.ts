/** One label as people and other tools see it: a row of `labels.csv`, and what is known of its clip. */
import type { Cause } from '../../../schemas/terms.ts';
import type { Box } from '../vision/box.ts';

/** What a person (or automatic review) decided last. */
export type ReviewState = 'accepted' | 'rejected' | 'corrected';

/** A row of `labels.csv`. */
export interface LabelRow {
  /** First 16 hex digits of the file's SHA-256. */
  readonly clip: string;
  /** Name of the clip's file, without its folder. */
  readonly file: string;
  /** 0-based, in decode order. */
  readonly frame: number;
  /** 1, 2, … within the clip. */
  readonly track: number;
  /** Source-frame pixels. */
  readonly box: Box;
  readonly label: string;
  readonly cause: Cause;
  /** The detector's, 0..1; null where it did not find the animal. */
  readonly score: number | null;
  /** How likely the label is wrong, 0..1; null where it was not estimated. */
  readonly risk: number | null;
  /** null where nothing was decided. */
  readonly review: ReviewState | null;
  /** Whether a person decided; false where automatic review did, undefined where nobody knows or nothing was decided. */
  readonly byPerson?: boolean | undefined;
  /** The frame's own time, seconds since the first one; undefined where nobody knows it. */
  readonly seconds?: number | undefined;
}

/** Every cause, in the order in which tables list them. */
export const causes: readonly Cause[] = ['hand', 'detected', 'followed', 'interpolated', 'moved', 'held'];
/** Every decision, in the order in which tables list them. */
export const reviews: readonly ReviewState[] = ['accepted', 'rejected', 'corrected'];

/** What the formats need to know of a clip beyond its labels. */
export interface ClipFacts {
  readonly clip: string;
  readonly file: string;
  /** Pixels, after rotation. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly fps: number;
  readonly frames: number;
  /** Frames that were looked at, in order; all of them where left out. */
  readonly looked?: readonly number[];
  readonly camera?: string;
  /** When the first frame was recorded, ISO 8601 with time zone. */
  readonly recordedAt?: string;
  /** Where that time comes from: `container`, `exif`, `name` or `file`. */
  readonly timeSource?: string;
  /** Where the camera stands, WGS84 degrees. */
  readonly place?: { readonly latitude: number; readonly longitude: number };
  /** When the camera was set up and picked up, ISO 8601 with time zone. */
  readonly setUp?: string;
  readonly pickUp?: string;
}

/** Every label that was not rejected, by clip, then track, then frame. */
export function keptLabels(labels: readonly LabelRow[]): LabelRow[] {
  return labels
    .filter(({ review }) => review !== 'rejected')
    .toSorted((a, b) => compare(a.clip, b.clip) || a.track - b.track || a.frame - b.frame);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a person drew the label, or decided on it. */
export function isByPerson({ cause, review, byPerson }: LabelRow): boolean {
  return cause === 'hand' || (review === 'corrected' && byPerson !== false) || byPerson === true;
}

/**
 * 0..1 for tools that want one number: 1 where a person drew or corrected it; else the detector's, whoever accepted it;
 * else 1 where a person accepted it, and 1 - risk where none did.
 */
export function confidence(label: LabelRow): number {
  const { cause, review, score, risk } = label;
  if (cause === 'hand' || (review === 'corrected' && isByPerson(label))) return 1;
  if (score !== null) return score;
  if (review === 'accepted' && isByPerson(label)) return 1;
  return risk === null ? 0 : 1 - risk;
}

/** Seconds since the clip's first frame: the frame's own time, which an average rate misses where the rate varies. */
export function secondsOf({ frame, seconds }: LabelRow, { fps }: ClipFacts): number {
  return seconds ?? frame / fps;
}

/** The class names of labels, sorted: the same numbers on every machine. */
export function labelNames(labels: Iterable<{ readonly label: string }>): string[] {
  return [...new Set([...labels].map(({ label }) => label))].sort();
}

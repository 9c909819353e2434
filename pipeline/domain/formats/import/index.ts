/** What other tools wrote, as labels of our clips or as pictures drawn on by hand. */
import type { HandStill } from '../hand.ts';
import type { LabelRow } from '../label-row.ts';
import type { Problem } from '../problem.ts';
import { keyOf } from './find-clip.ts';
import { withLabels } from './labels.ts';
import { type ReadOptions, readSource } from './read-source.ts';
import type { ClipBox, ImportFormat, KnownClip } from './source.ts';

export { importFormats } from './detect.ts';
export { DEFAULT_MIN_SCORE } from './read-source.ts';
export type { ImportFormat } from './source.ts';

/** Labels on clips, or stills that were drawn on; and what could not be used. */
export interface Imported {
  readonly format: ImportFormat;
  readonly labels: readonly LabelRow[];
  readonly stills: readonly HandStill[];
  readonly problems: readonly Problem[];
  /** What a person should know and nothing is lost by. */
  readonly notes: readonly string[];
}

/**
 * @param path a file or a folder
 * @param clips what labels may belong to; formats without clip ids find theirs by name
 * @throws UsageError where it is no such file
 */
export async function importLabels(
  format: ImportFormat | 'auto',
  path: string,
  clips: readonly KnownClip[],
  options: Pick<ReadOptions, 'pictures' | 'minScore' | 'outside'> = {},
): Promise<Imported> {
  const keepsUnknownClips = clips.length === 0 ? 'by id' : false;
  const source = await readSource(path, { ...options, format, clips, keepsUnknownClips });
  const { pictures, clipBoxes, leftOut, notes } = source;
  const drawn = withLabels(pictures, clipBoxes);
  return {
    format: source.format,
    labels: labelRows(drawn.clipBoxes),
    stills: drawn.stills,
    problems: leftOut,
    notes: [...notes, ...drawn.notes],
  };
}

/** Tracks count from 1; a box that has none gets, on its frame, the first number that no track of its clip has. */
function labelRows(boxes: readonly (ClipBox & { readonly label: string })[]): LabelRow[] {
  return [...Map.groupBy(boxes, ({ clip }) => keyOf(clip)).values()].flatMap((ofClip) => {
    const tracks = ofClip.flatMap(({ track }) => track ?? []);
    const shift = 1 - tracks.reduce((least, track) => Math.min(least, track), 1);
    const taken = new Set(tracks.map((track) => track + shift));
    const onFrame = new Map<number, number>();
    return ofClip.flatMap(
      ({ clip, frame, track, box, label, cause, score, risk = null, review }): LabelRow[] => {
        if (box === null) return [];
        let number = track === undefined ? (onFrame.get(frame) ?? 0) : track + shift;
        if (track === undefined) {
          do number += 1;
          while (taken.has(number));
          onFrame.set(frame, number);
        }
        return [
          {
            clip: keyOf(clip),
            file: clip.file,
            frame,
            track: number,
            box,
            label,
            cause,
            score,
            risk,
            review,
          },
        ];
      },
    );
  });
}

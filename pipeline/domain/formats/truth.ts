/** Truth to score labels with: boxes on clips of any tool (import/); a CSV has `visible` where nothing is to be seen. */
import type { Box } from '../vision/box.ts';
import { baseName } from './file-name.ts';
import type { HandStill } from './hand.ts';
import { withLabels } from './import/labels.ts';
import { nothingUsable, readSource } from './import/read-source.ts';
import type { KnownClip } from './import/source.ts';
import type { Problem } from './problem.ts';

/** A true box, or that nothing is to be seen on the frame. */
export interface TruthRow {
  /** Id of the clip, where it is one of those given that have one. */
  readonly clip?: string | undefined;
  /** Name of the clip's file; undefined where the file is about one clip and does not say which. */
  readonly file: string | undefined;
  readonly frame: number;
  readonly track: string | undefined;
  readonly label: string | undefined;
  /** null: on this frame there is no animal to be seen. */
  readonly box: Box | null;
}

/** What is true of clips and of pictures, and what could not be used. */
export interface Truth {
  readonly truth: readonly TruthRow[];
  readonly pictures: readonly HandStill[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Stands for the clip that a file is about and does not name. */
const nameless: KnownClip = { file: '' };

/**
 * Rows with `visible` 0, or with an empty or zero-sized box, say that nothing is to be seen there.
 *
 * @param clips that it may be about
 * @param keepsUnknownClips whether a clip that is none of them stands for itself, by its name; else it is left out
 * @throws UsageError where it is no such file; PoisonError where nothing of it can be used
 */
export async function readTruth(
  path: string,
  clips: readonly KnownClip[] = [],
  keepsUnknownClips = true,
): Promise<Truth> {
  const known = clips.length === 0 ? [nameless] : clips;
  const source = await readSource(path, {
    clips: known,
    isTruth: true,
    keepsUnknownClips: keepsUnknownClips && 'by name',
  });
  const boxes = source.clipBoxes.filter(({ review }) => review !== 'rejected');
  if (boxes.length + source.pictures.length === 0) throw nothingUsable(path, source, 'truth');
  const rejected = source.clipBoxes.length - boxes.length;
  const truth = boxes.map(({ clip, frame, track, label, box }) => ({
    clip: clip.clip,
    file: clip === nameless ? undefined : baseName(clip.file),
    frame,
    track: track === undefined ? undefined : String(track),
    label,
    box,
  }));
  const notes = rejected > 0 ? [...source.notes, `${rejected} rejected labels are no truth`] : source.notes;
  return { truth, pictures: withLabels(source.pictures, []).stills, problems: source.leftOut, notes };
}

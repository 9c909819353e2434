/**
 * What a person drew, in any form `--hand` takes: boxes on clips, pictures with labels, of any tool (import/). What can't
 * be used is reported, item by item; the rest is used.
 */
import { resolve } from 'node:path';
import type { Box } from '../vision/box.ts';
import type { Split } from './dataset-entry.ts';
import { withLabels } from './import/labels.ts';
import { nothingUsable, readSource } from './import/read-source.ts';
import { mergeClips } from './import/settle-clips.ts';
import { mergePictures } from './import/settle-pictures.ts';
import type { KnownClip, LabelSource } from './import/source.ts';
import { counted, type Problem } from './problem.ts';

/** A picture with every animal in it boxed; one without boxes shows that there is none (a negative). */
export interface HandStill {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly {
    readonly box: Box;
    readonly label: string;
  }[];
  /** Where its file says it. */
  readonly split?: Split | undefined;
}

/** A box on one frame of a clip: a truth to train on, and the place where a track passes. */
export interface HandAnchor {
  /** The clip's path, as it was given. */
  readonly file: string;
  /** 0-based, in decode order; whether the clip is that long is for the decoder to see. */
  readonly frame: number;
  /** Boxes with the same number are the same animal; left out where the file does not say. */
  readonly track?: number;
  readonly box: Box;
  readonly label: string;
}

/** Everything that was drawn, and what could not be used. */
export interface HandBoxes {
  readonly stills: readonly HandStill[];
  readonly anchors: readonly HandAnchor[];
  readonly problems: readonly Problem[];
  /** What a person should know and nothing is lost by. */
  readonly notes: readonly string[];
}

/**
 * Boxes without a label take the only label in use, or else `animal`.
 *
 * @param sources files and folders of labels; pictures beside them
 * @param clips the clips, or their paths; a file names them by file name, or by path where two have the same name
 * @throws UsageError where a source is no such file; PoisonError where nothing of it can be used
 */
export async function readHand(
  sources: readonly string[],
  clips: readonly (string | KnownClip)[],
): Promise<HandBoxes> {
  const known = clips.map((clip) => (typeof clip === 'string' ? { file: clip, path: resolve(clip) } : clip));
  const read: LabelSource[] = [];
  for (const source of sources) {
    const found = await readSource(source, { clips: known, isHeldLater: true });
    if (found.pictures.length + found.clipBoxes.length === 0) {
      throw nothingUsable(source, found, found.refused.size > 0 ? 'picture' : 'box');
    }
    read.push(found);
  }
  const merged = mergePictures(read);
  const held = mergeClips(read);
  const boxes = held.clipBoxes.filter(({ review }) => review !== 'rejected');
  const rejected = held.clipBoxes.length - boxes.length;
  const drawn = withLabels(merged.pictures, boxes);
  const val = merged.pictures.filter(({ split }) => split === 'val').length;
  return {
    stills: drawn.stills,
    anchors: drawn.clipBoxes.flatMap(({ clip: { file }, frame, track, box, label }) =>
      box === null ? [] : [{ file, frame, ...(track === undefined ? {} : { track }), box, label }],
    ),
    problems: [...read.flatMap(({ leftOut }) => leftOut), ...merged.leftOut, ...held.leftOut],
    notes: [
      ...read.flatMap(({ notes }) => notes),
      ...merged.notes,
      ...held.notes,
      ...drawn.notes,
      ...(val > 0
        ? [`of a validation or test split, and used like the others: ${counted(val, 'picture')}`]
        : []),
      ...(rejected > 0 ? [`rejected, and not taken: ${counted(rejected, 'label')}`] : []),
    ],
  };
}

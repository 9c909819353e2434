/**
 * The seam of all formats. A reader says what its file says (`Findings`): of pictures and of clips, item by item, with
 * what it could not read. What becomes of it is decided once, for every format: pictures in `settle-pictures.ts`, clips in
 * `settle-clips.ts`.
 */
import type { Cause } from '../../../../schemas/terms.ts';
import { PoisonError } from '../../../runtime/errors.ts';
import type { Box, Size } from '../../vision/box.ts';
import type { NamedClip } from '../clip-name.ts';
import type { Split } from '../dataset-entry.ts';
import type { ReviewState } from '../label-row.ts';
import type { Problem } from '../problem.ts';
import type { Place } from './place.ts';
import { boxText } from './same-box.ts';
import { sumUnkept, type UnkeptCounts } from './unkept.ts';

export type ImportFormat =
  | 'csv'
  | 'yolo'
  | 'coco'
  | 'voc'
  | 'cvat'
  | 'mot'
  | 'megadetector'
  | 'labelme'
  | 'label-studio';

/** A clip that labels may belong to; sizes (px, after rotation) and frames where they are known. */
export interface KnownClip extends NamedClip {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly frames?: number | undefined;
}

/** What a reader is given. */
export interface Reading {
  readonly place: Place;
  readonly clips: readonly KnownClip[];
  /** Folder in which pictures are looked for first. */
  readonly pictures?: string | undefined;
  /** Detections below it are not taken, 0..1. */
  readonly minScore: number;
  /** Whether it is truth to score with: a row without a box then says that there is nothing to be seen. */
  readonly isTruth: boolean;
}

/** A box as its file gives it. */
export interface FoundBox {
  /** `[x, y, w, h]`, origin top left. */
  readonly box: Box;
  /** The sides are fractions of the picture's, not pixels. */
  readonly relative?: boolean;
  readonly label?: string | undefined;
}

/** What a file says of one picture. Without boxes and refusals it says that there is no animal. */
export interface PictureEntry {
  readonly path: string;
  /** The file that says it. */
  readonly file: string;
  /** What was drawn on, px; left out where the file does not say. */
  readonly size?: Partial<Size>;
  readonly boxes: readonly FoundBox[];
  /** Annotations that can't become a box: they show an animal whose box is not known, so the picture is not used. */
  readonly refused: readonly Problem[];
  readonly split?: Split | undefined;
}

/** A box on a clip's frame, or that there is nothing to be seen on it. */
export interface ClipBoxEntry extends Omit<FoundBox, 'box'> {
  /** null: nothing is to be seen. */
  readonly box: Box | null;
  /** 0-based, in decode order. */
  readonly frame: number;
  readonly track?: number | undefined;
  readonly cause: Cause;
  readonly score: number | null;
  readonly risk?: number | null;
  readonly review: ReviewState | null;
  readonly line?: number;
}

/** How a file names a clip. */
export interface ClipReference {
  /** The clip's id, where the file has it: then no name is asked. */
  readonly id?: string | undefined;
  /** What it may be called, the surest first; none: it is the only clip. */
  readonly names: readonly string[];
  /** Whether the only clip is meant where no name fits: it is a file of one clip. */
  readonly isOnly?: boolean;
}

/** What a file says of one clip. */
export interface ClipEntry {
  readonly clip: ClipReference;
  readonly file: string;
  /** Whether the clip's name stands in the row of the box: then that row is named where it fits none. */
  readonly isRow?: boolean;
  readonly boxes: readonly ClipBoxEntry[];
  /** Frames with something on them that can't be read: what is known of them is not all, so they are no truth. */
  readonly doubtful?: readonly number[];
}

/** All that a reader found. */
export interface Findings {
  readonly pictures: readonly PictureEntry[];
  readonly clips: readonly ClipEntry[];
  /** What belongs to no picture or clip of the result. */
  readonly leftOut: readonly Problem[];
  /** What a person should know and nothing is lost by, in sentences. */
  readonly notes: readonly string[];
  /** What the file says and we have no place for. */
  readonly unkept?: UnkeptCounts;
}

/** What several files say, as one. */
export function joined(all: readonly Findings[]): Findings {
  return {
    pictures: all.flatMap(({ pictures }) => pictures),
    clips: all.flatMap(({ clips }) => clips),
    leftOut: all.flatMap(({ leftOut }) => leftOut),
    notes: all.flatMap(({ notes }) => notes),
    unkept: sumUnkept(all.flatMap(({ unkept }) => unkept ?? [])),
  };
}

/** A picture whose every animal has its box; without boxes its file says that there is none. */
export interface PictureLabels {
  /** Absolute. */
  readonly path: string;
  /** Without its folder. */
  readonly name: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly box: Box; readonly label?: string | undefined }[];
  readonly split?: Split | undefined;
}

/** A box on a clip that is known, or named by its file. */
export interface ClipBox extends Omit<ClipBoxEntry, 'relative'> {
  readonly clip: KnownClip;
}

/** What can be used of a source, and what is said of the rest. */
export interface LabelSource {
  readonly format: ImportFormat;
  readonly pictures: readonly PictureLabels[];
  readonly clipBoxes: readonly ClipBox[];
  readonly leftOut: readonly Problem[];
  readonly notes: readonly string[];
  /** Paths of pictures that were left out: no other source's boxes are all that they show. */
  readonly refused: ReadonlySet<string>;
}

/** What `label` says: nothing, where an image-level label says that the picture shows no animal. */
export function saysEmpty(label: string | undefined): boolean {
  return label !== undefined && /^(empty|blank)$/i.test(label.trim());
}

/** A box is of something. */
export function calledEmpty(label: string | undefined, box: Box): PoisonError {
  return new PoisonError('box', {
    found: `${boxText(box)} called "${label}"`,
    expected: 'an animal in it, or no box',
  });
}

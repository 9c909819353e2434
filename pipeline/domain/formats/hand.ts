/**
 * What a person drew, in any form `--hand` takes: a CSV of boxes on clips, or a folder of pictures with COCO or
 * YOLO labels. What can't be used is reported, row by row and picture by picture; the rest is.
 */
import { stat } from 'node:fs/promises';
import { UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { findCoco, readCocoStills } from './hand-coco.ts';
import { type ClipAnchor, readAnchors } from './hand-csv.ts';
import { findYolo, readYoloStills } from './hand-yolo.ts';
import type { Problem } from './problem.ts';
import type { DrawnStill } from './still.ts';

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
}

/** What a box without a label is called, where the labelled ones do not settle it. */
const unnamed = 'animal';

/**
 * Boxes without a label take the only label in use, or else `animal`.
 *
 * @param sources CSV files, COCO JSON files (pictures beside them) and folders
 * @param clips the clips' paths; a CSV names them by file name, or by path where two have the same name
 * @throws UsageError where a source can't be used at all
 */
export async function readHand(sources: readonly string[], clips: readonly string[]): Promise<HandBoxes> {
  const problems: Problem[] = [];
  const stills = new Map<string, DrawnStill>();
  const anchors: ClipAnchor[] = [];
  for (const source of sources) {
    const read = await readSource(source, clips);
    problems.push(...read.problems);
    anchors.push(...read.anchors);
    for (const still of read.stills) if (!stills.has(still.path)) stills.set(still.path, still);
  }
  const drawn = [...anchors, ...[...stills.values()].flatMap(({ boxes }) => boxes)];
  const labels = new Set(drawn.flatMap(({ label }) => label ?? []));
  const fallback = labels.size === 1 ? [...labels][0]! : unnamed;
  return {
    stills: [...stills.values()].map((still) => ({
      ...still,
      boxes: still.boxes.map(({ box, label }) => ({ box, label: label ?? fallback })),
    })),
    anchors: anchors.map((anchor) => ({ ...anchor, label: anchor.label ?? fallback })),
    problems,
  };
}

interface Source {
  readonly stills: readonly DrawnStill[];
  readonly anchors: readonly ClipAnchor[];
  readonly problems: readonly Problem[];
}

async function readSource(source: string, clips: readonly string[]): Promise<Source> {
  const kind = await stat(source).catch(() => undefined);
  if (kind === undefined) {
    throw new UsageError(`--hand ${source} is not there`, {
      found: 'nothing',
      expected: 'a CSV of boxes, or a folder of pictures with COCO or YOLO labels',
    });
  }
  if (kind.isFile()) {
    return source.toLowerCase().endsWith('.json')
      ? { ...(await readCocoStills(source)), anchors: [] }
      : { ...(await readAnchors(source, clips)), stills: [] };
  }
  const coco = await findCoco(source);
  if (coco !== undefined) return { ...(await readCocoStills(coco)), anchors: [] };
  const yolo = await findYolo(source);
  if (yolo !== undefined) return { ...(await readYoloStills(yolo)), anchors: [] };
  throw new UsageError(`--hand ${source} has no labels that we know`, {
    found: 'a folder without coco.json and without labels/*.txt',
    expected: 'coco.json + images/, or images/ + labels/*.txt with classes.txt or data.yaml',
  });
}

/**
 * MOTChallenge: `gt/gt.txt` (or `det/det.txt`) of a clip, `frame,id,left,top,width,height,flag,class,visibility`. Frames
 * count from 1. So do positions where there is a `seqinfo.ini`, as in MOTChallenge itself and in our export; CVAT and
 * Datumaro write none, and positions from 0.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PoisonError, UsageError } from '../../../runtime/errors.ts';
import { allNumbers, numberIn } from '../json.ts';
import { collect, counted, type Problem, problem } from '../problem.ts';
import { readText } from '../text.ts';
import type { Place } from './place.ts';
import type { ClipBoxEntry, Findings, Reading } from './source.ts';
import { Unkept } from './unkept.ts';

/** Classes of MOT16, by number from 1. */
const motClasses = [
  'pedestrian',
  'person on vehicle',
  'car',
  'bicycle',
  'motorbike',
  'non motorized vehicle',
  'static person',
  'distractor',
  'occluder',
  'occluder on the ground',
  'occluder full',
  'reflection',
];

/** `gt.txt` and `det.txt` of a folder. */
export async function motFiles(place: Place): Promise<string[]> {
  const texts = (await place.filesOf('.txt')).filter((file) => /^(gt|det)\.txt$/i.test(basename(file)));
  // Who drew a truth does not want the detections that it was drawn from.
  const truths = texts.filter((file) => /^gt\.txt$/i.test(basename(file)));
  return truths.length > 0 ? truths : texts;
}

/** @throws UsageError where a file that is named itself has no such row */
export async function readMot({ place }: Reading): Promise<Findings> {
  const leftOut: Problem[] = [];
  const unkept = new Unkept();
  const clips: Findings['clips'][number][] = [];
  for (const file of place.isFolder ? await motFiles(place) : [place.path]) {
    const sequence = sequenceFolder(file);
    const info = await sequenceInfo(sequence);
    const names = await classNames(file);
    const rows = (await readText(file)).split(/\r\n|\r|\n/);
    const isDetection = /^det\.txt$/i.test(basename(file)) || rows.some(hasScore);
    let ignored = 0;
    const doubtful: number[] = [];
    const boxes = rows.flatMap((row, i): ClipBoxEntry[] => {
      if (row.trim() === '') return [];
      addUnkept(row, isDetection, unkept);
      const box = collect(leftOut, file, i + 1, () =>
        boxOf(row, { names, fromOne: info !== undefined, isDetection, line: i + 1, unkept }),
      );
      if (box === null) ignored += 1;
      if (box === undefined) doubtful.push(Number.parseInt(row, 10) - 1);
      return box ? [box] : [];
    });
    if (boxes.length === 0 && !place.isFolder) {
      throw new UsageError(`${file} is no MOT file`, {
        found: leftOut[0]?.message ?? 'no rows',
        expected: 'rows of frame,id,left,top,width,height,…',
      });
    }
    if (ignored > 0) {
      const facts = { found: 'flag 0', expected: 'a box that counts', count: ignored };
      leftOut.push(problem(file, undefined, `to be ignored: ${counted(ignored, 'row')}`, facts));
    }
    clips.push({ clip: { names: [info ?? basename(sequence)] }, file, boxes, doubtful });
  }
  const isOnly = clips.length === 1;
  return {
    pictures: [],
    clips: clips.map((entry) => ({ ...entry, clip: { ...entry.clip, isOnly } })),
    leftOut,
    notes: [],
    unkept: unkept.counts,
  };
}

/** A tracker's results look like a truth, but for a score where that has a flag of 0 or 1. */
function hasScore(row: string): boolean {
  const score = Number(row.trim().split(/[,\s]+/)[6] ?? Number.NaN);
  return score > 0 && score < 1;
}

/** A truth's visibility below 1 (CVAT writes it for what is half hidden), a detection's place in the world. */
function addUnkept(row: string, isDetection: boolean, unkept: Unkept): void {
  const [, , , , , , , , visibility, ...others] = row
    .trim()
    .split(/[,\s]+/)
    .map(numberIn);
  if (!isDetection && visibility !== undefined && visibility >= 0 && visibility < 1) unkept.add('visibility');
  if (others.some((value) => value !== undefined && value !== -1)) unkept.add('further columns');
}

/** The clip's: above `gt/`. */
function sequenceFolder(file: string): string {
  const folder = dirname(file);
  return /^(gt|det)$/i.test(basename(folder)) ? dirname(folder) : folder;
}

/** The sequence's name; undefined where there is no `seqinfo.ini`. */
async function sequenceInfo(folder: string): Promise<string | undefined> {
  const path = join(folder, 'seqinfo.ini');
  if (!existsSync(path)) return undefined;
  return /^name=(.+)$/m.exec(await readText(path))?.[1]?.trim() ?? basename(folder);
}

async function classNames(file: string): Promise<readonly string[]> {
  const path = join(dirname(file), 'labels.txt');
  if (!existsSync(path)) return motClasses;
  return (await readText(path)).split(/\r\n|\r|\n/).map((name) => name.trim());
}

interface RowKind {
  readonly names: readonly string[];
  readonly fromOne: boolean;
  /** A detector's or tracker's row: it has a score. */
  readonly isDetection: boolean;
  readonly line: number;
  readonly unkept: Unkept;
}

/** null where the row is to be ignored. @throws PoisonError where it is no box */
function boxOf(row: string, { names, fromOne, isDetection, line, unkept }: RowKind): ClipBoxEntry | null {
  const numbers = allNumbers(
    row
      .trim()
      .split(/[,\s]+/)
      .filter(Boolean)
      .map(numberIn),
  );
  const [frame, track, x, y, w, h, flag, kind] = numbers ?? [];
  if (
    frame === undefined ||
    track === undefined ||
    x === undefined ||
    y === undefined ||
    w === undefined ||
    h === undefined
  ) {
    throw new PoisonError('row', { found: `"${row.trim()}"`, expected: 'frame,id,left,top,width,height,…' });
  }
  if (!Number.isInteger(frame) || frame < 1)
    throw new PoisonError('frame', { found: String(frame), expected: 'a whole number from 1' });
  if (w <= 0 || h <= 0)
    throw new PoisonError('width,height', { found: `${w},${h}`, expected: 'more than 0 px' });
  if (!isDetection && flag === 0) return null;
  const label = kind === undefined || kind < 1 ? undefined : names[kind - 1];
  if (kind !== undefined && kind >= 0 && label === undefined) unkept.add(`class ${kind}, which has no name`);
  const first = fromOne ? 1 : 0;
  return {
    line,
    frame: frame - 1,
    box: [x - first, y - first, w, h],
    label,
    track: track < 0 ? undefined : track,
    cause: isDetection ? 'detected' : 'hand',
    score: isDetection && flag !== undefined && flag >= 0 && flag <= 1 ? flag : null,
    review: null,
  };
}

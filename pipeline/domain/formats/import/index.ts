/** What other tools wrote, as labels of our clips or as pictures drawn on by hand. */
import { UsageError } from '../../../runtime/errors.ts';
import { baseName, stem } from '../file-name.ts';
import { type HandStill, readHand } from '../hand.ts';
import type { ClipFacts, LabelRow } from '../label-row.ts';
import { readLabels } from '../labels-csv.ts';
import type { Problem } from '../problem.ts';
import { readCvat } from './cvat.ts';
import { readMegaDetector } from './megadetector.ts';

export type ImportFormat = 'csv' | 'yolo' | 'coco' | 'cvat' | 'megadetector';
/** By name, for the command line. */
export const importFormats: readonly ImportFormat[] = ['csv', 'yolo', 'coco', 'cvat', 'megadetector'];

/** Labels on clips, or stills that were drawn on; and what could not be used. */
export interface Imported {
  readonly labels: readonly LabelRow[];
  readonly stills: readonly HandStill[];
  readonly problems: readonly Problem[];
}

/**
 * @param path a file, or for `yolo` and `coco` the folder
 * @param clips what labels may belong to; formats without clip ids find theirs by file name
 * @throws UsageError where it is no such file, or belongs to none of the clips
 */
export async function importLabels(
  format: ImportFormat,
  path: string,
  clips: readonly ClipFacts[],
): Promise<Imported> {
  switch (format) {
    case 'csv':
      return { ...(await readLabels(path)), stills: [] };
    case 'yolo':
    case 'coco':
      return { ...(await readHand([path], [])), labels: [] };
    case 'cvat':
      return importCvat(path, clips);
    case 'megadetector':
      return { ...(await readMegaDetector(path, clips)), stills: [] };
  }
}

async function importCvat(path: string, clips: readonly ClipFacts[]): Promise<Imported> {
  const { clip: id, source, labels, problems } = await readCvat(path);
  const clip =
    clips.find((known) => known.clip === id) ??
    clips.find(({ file }) => file === source) ??
    clips.find(({ file }) => stem(file) === stem(path)) ??
    (clips.length === 1 ? clips[0] : undefined);
  if (clip === undefined) {
    throw new UsageError(`${path} belongs to none of the clips`, {
      found: source ?? baseName(path),
      expected: clips.map(({ file }) => file).join(', ') || 'a clip',
    });
  }
  return {
    labels: labels.map((label) => ({ clip: clip.clip, file: clip.file, ...label })),
    stills: [],
    problems,
  };
}

/** What a run leaves in its folder: labels, dataset, models, explanations. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchDataset, fetchPicture } from '../../domain/datasets/store.ts';
import { writeDataset } from '../../domain/formats/dataset.ts';
import { frameName, stem } from '../../domain/formats/file-name.ts';
import type { ClipFacts, LabelRow } from '../../domain/formats/label-row.ts';
import { writeLabels } from '../../domain/formats/labels-csv.ts';
import type { ReviewedLabel } from '../../domain/labels/review.ts';
import { writeModelFolder } from '../../domain/models/files.ts';
import { fetchModel } from '../../domain/models/registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { ClipEnd } from '../jobs/annotate.ts';
import type { Explained } from '../jobs/run.ts';

/** Labels as rows, in the order of clip, track and frame. */
export function labelRows(file: string, labels: readonly ReviewedLabel[]): LabelRow[] {
  return labels.map(({ track, box, risk, review }) => ({
    clip: track.clip,
    file,
    frame: track.index,
    track: track.track,
    box,
    label: track.label,
    cause: track.cause,
    score: track.score,
    risk,
    review: review === 'pending' ? null : review,
  }));
}

export function rowsOf(
  ends: readonly ClipEnd[],
  labels: ReadonlyMap<string, readonly ReviewedLabel[]>,
): LabelRow[] {
  return ends.flatMap(({ input, tracked }) =>
    tracked ? labelRows(input.file, labels.get(input.clip) ?? []) : [],
  );
}

export function clipFacts(ends: readonly ClipEnd[]): ClipFacts[] {
  return ends.flatMap(({ tracked }) => {
    if (!tracked) return [];
    const { clip, file, width, height, fps, camera, ledger } = tracked;
    return [{ clip, file, width, height, fps, camera, frames: ledger.decoded }];
  });
}

export async function writeLabelsFile(out: string, rows: readonly LabelRow[]): Promise<string> {
  await mkdir(out, { recursive: true });
  const path = join(out, 'labels.csv');
  await writeLabels(path, rows);
  return path;
}

/** `dataset/`: the pictures once, with YOLO and COCO labels. */
export async function writeDatasetFolder(bus: Bus, out: string, id: string): Promise<void> {
  const { classes, items } = await fetchDataset(bus, id);
  await writeDataset(
    join(out, 'dataset'),
    items.map((item) => ({
      name: item.name.includes('#')
        ? `${frameName(stem(item.name.split('#')[0] ?? item.name), item.index)}.jpg`
        : item.name,
      jpeg: () => fetchPicture(bus, item),
      width: item.width,
      height: item.height,
      boxes: item.boxes,
      split: item.split === 'held-out' ? ('val' as const) : ('train' as const),
    })),
    classes,
  );
}

/** `models/<name>/`. */
export async function writeModel(bus: Bus, out: string, name: string, model: string): Promise<void> {
  await writeModelFolder(join(out, 'models', name), await fetchModel(bus, model));
}

/** An explanation's files, fetched. */
export interface ExplanationFiles {
  /** E.g. `deer-000042`. */
  readonly name: string;
  readonly explained: Explained;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** `explanations/<name>.figure.png`, `.overlay.png` and `.json`. */
export async function writeExplanations(
  bus: Bus,
  out: string,
  explained: readonly Explained[],
  fileOf: (clip: string) => string,
): Promise<ExplanationFiles[]> {
  const folder = join(out, 'explanations');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const all: ExplanationFiles[] = [];
  for (const one of explained) {
    const { clip, index, track } = one.label.track;
    const files = (await bus.objects.getFolder('explanations', one.job)) ?? new Map<string, Uint8Array>();
    const name = `${frameName(stem(fileOf(clip)), index)}.${track}`;
    for (const [file, content] of files) {
      await writeFile(join(folder, `${name}.${file === 'result.json' ? 'json' : file}`), content);
    }
    all.push({ name, explained: one, files });
  }
  return all;
}

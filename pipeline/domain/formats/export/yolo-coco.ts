/** Labelled frames as a YOLO or COCO dataset, all in `train`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clip as cutTo } from '../../vision/box.ts';
import { cocoDocument } from '../dataset-coco.ts';
import type { DatasetEntry } from '../dataset-entry.ts';
import { writeYoloView } from '../dataset-yolo.ts';
import { labelNames } from '../label-row.ts';
import {
  type ExportInput,
  type ExportResult,
  type LabelledFrame,
  labelledClips,
  labelledFrames,
  put,
  putPictures,
} from './target.ts';

/** `labels/train/*.txt`, `data.yaml`, `classes.txt`, and `images/train/*.jpg` where pictures are at hand. */
export async function exportYolo(input: ExportInput, folder: string): Promise<ExportResult> {
  const frames = labelledClips(input).flatMap(labelledFrames);
  await mkdir(folder, { recursive: true });
  await writeYoloView(folder, frames.map(entryOf), labelNames(frames.flatMap(({ labels }) => labels)));
  const rows = frames.map(({ name }) => join(folder, 'labels', 'train', `${name}.txt`));
  const pictures = await putPictures(frames, input, folder, join('images', 'train'));
  return {
    files: [join(folder, 'data.yaml'), join(folder, 'classes.txt'), ...rows, ...pictures],
    warnings: [],
  };
}

/** `annotations/instances_train.json`, and `images/train/*.jpg` where pictures are at hand. */
export async function exportCoco(input: ExportInput, folder: string): Promise<ExportResult> {
  const frames = labelledClips(input).flatMap(labelledFrames);
  const document = cocoDocument(frames.map(entryOf), labelNames(frames.flatMap(({ labels }) => labels)));
  const file = await put(folder, 'annotations/instances_train.json', `${JSON.stringify(document)}\n`);
  const pictures = await putPictures(frames, input, folder, join('images', 'train'));
  return { files: [file, ...pictures], warnings: [] };
}

function entryOf({ name, clip, labels }: LabelledFrame): DatasetEntry {
  const { width, height } = clip;
  const boxes = labels.flatMap(({ box, label }) => {
    const cut = cutTo(box, clip);
    return cut === null ? [] : [{ box: cut, label }];
  });
  return { stem: name, width, height, boxes, split: 'train' };
}

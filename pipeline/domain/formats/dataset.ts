/**
 * A dataset as other trainers want it: one `images/{train,val}` folder that a YOLO view (`labels/`, `data.yaml`)
 * and a COCO view (`annotations/instances_{train,val}.json`) share.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, clip } from '../vision/box.ts';
import { writeCocoView } from './dataset-coco.ts';
import { type DatasetEntry, type Split, splits } from './dataset-entry.ts';
import { writeYoloView } from './dataset-yolo.ts';
import { uniqueStems } from './file-name.ts';
import { labelNames } from './label-row.ts';

/** A picture to be written, with its boxes. */
export interface DatasetPicture {
  /** What the picture is called; made safe and unique before it becomes a file name. */
  readonly name: string;
  readonly jpeg: () => Promise<Uint8Array>;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** None: a picture without an animal. */
  readonly boxes: readonly { readonly box: Box; readonly label: string }[];
  readonly split: Split;
}

/** What was written: classes, pictures of each split, boxes. */
export interface WrittenDataset {
  /** In the order of their class numbers. */
  readonly classes: readonly string[];
  readonly train: number;
  readonly val: number;
  readonly boxes: number;
}

/**
 * Replaces `folder/images`, `folder/labels` and the files beside them; pictures are asked for one at a time.
 *
 * @param classes in the order of their numbers; the labels in use, sorted, where left out
 */
export async function writeDataset(
  folder: string,
  items: readonly DatasetPicture[],
  classes: readonly string[] = labelNames(items.flatMap(({ boxes }) => boxes)),
): Promise<WrittenDataset> {
  const entries = datasetEntries(items);
  await writePictures(folder, items, entries);
  await writeYoloView(folder, entries, classes);
  await writeCocoView(folder, entries, classes);
  return {
    classes,
    train: entries.filter(({ split }) => split === 'train').length,
    val: entries.filter(({ split }) => split === 'val').length,
    boxes: entries.reduce((sum, { boxes }) => sum + boxes.length, 0),
  };
}

/** Boxes that have less than 1 px inside their picture are dropped. */
function datasetEntries(items: readonly DatasetPicture[]): DatasetEntry[] {
  const stems = uniqueStems(items.map(({ name }) => name));
  return items.map(({ width, height, boxes, split }, i) => ({
    stem: stems[i]!,
    width,
    height,
    split,
    boxes: boxes.flatMap(({ box, label }) => {
      const cut = clip(box, { width, height });
      return cut === null ? [] : [{ box: cut, label }];
    }),
  }));
}

async function writePictures(
  folder: string,
  items: readonly DatasetPicture[],
  entries: readonly DatasetEntry[],
): Promise<void> {
  await rm(join(folder, 'images'), { recursive: true, force: true });
  for (const split of splits) await mkdir(join(folder, 'images', split), { recursive: true });
  for (const [i, { stem, split }] of entries.entries()) {
    await writeFile(join(folder, 'images', split, `${stem}.jpg`), await items[i]!.jpeg());
  }
}

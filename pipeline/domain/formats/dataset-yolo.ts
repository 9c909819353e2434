/** YOLO labels as Ultralytics and Darknet read them: `class cx cy w h` a row, relative to the picture. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Box, Size } from '../vision/box.ts';
import { type DatasetEntry, splits } from './dataset-entry.ts';

/** Replaces `labels/`, `data.yaml` and `classes.txt` of the folder. */
export async function writeYoloView(
  folder: string,
  entries: readonly DatasetEntry[],
  classes: readonly string[],
): Promise<void> {
  await rm(join(folder, 'labels'), { recursive: true, force: true });
  for (const split of splits) await mkdir(join(folder, 'labels', split), { recursive: true });
  for (const entry of entries) {
    const rows = entry.boxes.map(({ box, label }) => yoloRow(classes.indexOf(label), box, entry));
    // An empty file says that there is no animal.
    await writeFile(join(folder, 'labels', entry.split, `${entry.stem}.txt`), rows.join(''));
  }
  // No `path`: Ultralytics then takes the folder of this file, wherever it is moved to.
  const val = entries.some(({ split }) => split === 'val') ? 'images/val' : 'images/train';
  const yaml = stringify({ train: 'images/train', val, names: new Map(classes.entries()) });
  await writeFile(join(folder, 'data.yaml'), yaml);
  await writeFile(join(folder, 'classes.txt'), classes.map((name) => `${name}\n`).join(''));
}

/** One row with its line end; 6 digits are 1/1000 px in a picture of 1,000 px. */
export function yoloRow(classNumber: number, [x, y, w, h]: Box, { width, height }: Size): string {
  const numbers = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
  return `${classNumber} ${numbers.map((value) => value.toFixed(6)).join(' ')}\n`;
}

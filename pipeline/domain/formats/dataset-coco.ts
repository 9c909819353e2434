/**
 * The COCO view of a dataset: `annotations/instances_<split>.json`, `file_name` relative to `images/<split>/`: the layout
 * that most tools write, and the one in which Datumaro finds the pictures.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { area, round } from '../vision/box.ts';
import { type DatasetEntry, splits } from './dataset-entry.ts';

/** Class numbers start at 1, as in COCO itself. */
export async function writeCocoView(
  folder: string,
  entries: readonly DatasetEntry[],
  classes: readonly string[],
): Promise<void> {
  await rm(join(folder, 'annotations'), { recursive: true, force: true });
  await mkdir(join(folder, 'annotations'), { recursive: true });
  for (const split of splits) {
    const ofSplit = entries.filter((entry) => entry.split === split);
    await writeFile(
      join(folder, 'annotations', `instances_${split}.json`),
      `${JSON.stringify(cocoDocument(ofSplit, classes))}\n`,
    );
  }
}

/** The COCO file of these entries; image ids start at 1, as class numbers do. */
export function cocoDocument(entries: readonly DatasetEntry[], classes: readonly string[]): object {
  let id = 0;
  return {
    info: { description: 'Made by Shika', version: '1.0' },
    licenses: [],
    categories: classes.map((name, i) => ({ id: i + 1, name, supercategory: 'animal' })),
    images: entries.map(({ stem, width, height }, i) => ({
      id: i + 1,
      file_name: `${stem}.jpg`,
      width,
      height,
    })),
    annotations: entries.flatMap(({ boxes }, i) =>
      boxes.map(({ box, label }) => {
        id += 1;
        const bbox = round(box);
        return {
          id,
          image_id: i + 1,
          category_id: classes.indexOf(label) + 1,
          bbox,
          area: Math.round(area(bbox) * 100) / 100,
          iscrowd: 0,
          segmentation: [],
        };
      }),
    ),
  };
}

/** What `shika import` leaves: labels of clips as labels.csv, labels of pictures as a dataset. */
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeDataset } from '../../domain/formats/dataset.ts';
import type { Imported } from '../../domain/formats/import/index.ts';
import { writeLabels } from '../../domain/formats/labels-csv.ts';
import { asJpeg } from '../../domain/vision/image.ts';
import { replaceFileBy, replaceFolder } from '../../runtime/replace.ts';
import { datasetFolder, labelsFile, markMade, stateFolder } from './job-folder.ts';

/** What lies in the folder after an import. */
const ownNames = new Set([labelsFile, datasetFolder, stateFolder].map((place) => basename(place(''))));

export async function writeImported(
  folder: string,
  { labels, stills }: Pick<Imported, 'labels' | 'stills'>,
): Promise<void> {
  // A folder with a person's own files in it stays theirs.
  const others = (await readdir(folder).catch(() => [])).filter((name) => !ownNames.has(name));
  if (others.length === 0) markMade(folder);
  if (labels.length > 0) {
    await replaceFileBy(labelsFile(folder), (temporary) => writeLabels(temporary, labels));
  }
  if (stills.length === 0) return;
  const entries = stills.map((still) => ({
    ...still,
    split: still.split ?? 'train',
    jpeg: async () => asJpeg(await readFile(still.path), still.name),
  }));
  await replaceFolder(datasetFolder(folder), (temporary) => writeDataset(temporary, entries));
}

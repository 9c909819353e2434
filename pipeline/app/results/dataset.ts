/** `dataset/`: what was trained on, the pictures once, with YOLO and COCO labels. */
import { fetchDataset, fetchPicture } from '../../domain/datasets/store.ts';
import { writeDataset } from '../../domain/formats/dataset.ts';
import { frameName, stem } from '../../domain/formats/file-name.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { replaceFolder } from '../../runtime/replace.ts';
import { datasetFolder } from './job-folder.ts';

/** @param id of its manifest on the bus */
export async function writeDatasetFolder(bus: Bus, jobFolder: string, id: string): Promise<void> {
  const { classes, items } = await fetchDataset(bus, id);
  const entries = items.map((item) => ({
    name: pictureName(item),
    jpeg: () => fetchPicture(bus, item),
    width: item.width,
    height: item.height,
    boxes: item.boxes,
    split: item.split === 'held-out' ? ('val' as const) : ('train' as const),
  }));
  await replaceFolder(datasetFolder(jobFolder), (folder) => writeDataset(folder, entries, classes));
}

/** A clip's frame is called `<file>#<index>` on the bus. */
function pictureName({ name, index }: { readonly name: string; readonly index: number }): string {
  const [file = name, frame] = name.split('#');
  return frame === undefined ? name : `${frameName(stem(file), index)}.jpg`;
}

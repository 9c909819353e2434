/** A dataset's picture as its YOLO and COCO views describe it. */
import type { Box } from '../vision/box.ts';

export type Split = 'train' | 'val';
/** In the order in which they are written. */
export const splits: readonly Split[] = ['train', 'val'];

/** A picture with its boxes, as both views take it. */
export interface DatasetEntry {
  /** File name without extension: safe, and unique in the dataset. */
  readonly stem: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Inside the picture. */
  readonly boxes: readonly { readonly box: Box; readonly label: string }[];
  readonly split: Split;
}

/** The split that folders, or a subset's name, tell of; what tests is `val`: nothing is trained on it. */
export function splitNamed(folders: readonly string[]): Split | undefined {
  for (const folder of folders.toReversed()) {
    const name = /^obj_(.+)_data$/i.exec(folder)?.[1] ?? folder; // darknet's
    if (/^(train(ing)?)(\d{4})?$/i.test(name)) return 'train';
    if (/^(val(id(ation)?)?|test(ing)?)(\d{4})?$/i.test(name)) return 'val';
  }
  return undefined;
}

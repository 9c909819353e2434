/** Whole pictures of one class each as a dataset: every one has a box all over it. */
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { PoisonError, reasonOf } from '../../runtime/errors.ts';
import type { LeftOut } from '../models/classifier/training.ts';
import { storePicture } from './pictures.ts';

/** A picture of one class as a whole. */
export interface ClassPicture {
  /** The class and the file, e.g. `rose/1.jpg`. */
  readonly name: string;
  /** Place in the classes. */
  readonly label: number;
  readonly split: DatasetItem['split'];
  readonly bytes: () => Promise<Uint8Array>;
}

/** Pictures that are stored at once. */
const width = 8;

/**
 * Puts the pictures on the bus, in their order; those that can't be read are left out.
 * @throws PoisonError where none can be read
 */
export async function classDataset(
  bus: Bus,
  pictures: readonly ClassPicture[],
  classes: readonly string[],
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (done: number) => void },
): Promise<{ dataset: Dataset; leftOut: LeftOut[] }> {
  const items: DatasetItem[] = [];
  const leftOut: LeftOut[] = [];
  for (let first = 0; first < pictures.length; first += width) {
    signal.throwIfAborted();
    const some = pictures.slice(first, first + width);
    for (const stored of await Promise.all(some.map((picture) => itemOf(bus, picture, classes)))) {
      if ('message' in stored) leftOut.push(stored);
      else items.push(stored);
    }
    onProgress?.(first + some.length);
  }
  if (items.length === 0) {
    throw new PoisonError('none of the pictures can be read', {
      found: leftOut[0]?.message ?? 'no pictures',
    });
  }
  return { dataset: { classes: [...classes], items }, leftOut };
}

async function itemOf(
  bus: Bus,
  { name, label, split, bytes }: ClassPicture,
  classes: readonly string[],
): Promise<DatasetItem | LeftOut> {
  const unreadable = (error: unknown): LeftOut => ({ kind: 'unreadable', name, message: reasonOf(error) });
  let content: Uint8Array;
  try {
    content = await bytes();
  } catch (error) {
    return unreadable(error);
  }
  try {
    const { scale: _, ...stored } = await storePicture(bus, content, 'it');
    const { width, height } = stored;
    const box: DatasetItem['boxes'][number] = {
      box: [0, 0, width, height],
      label: classes[label]!, // a place in the classes
      cause: 'hand',
      weight: 1,
      risk: 0,
    };
    return { ...stored, name, split, boxes: [box] };
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    return unreadable(error);
  }
}

/** The same box twice is one box: in every format, and when two files tell of one picture. */
import { type Box, round } from '../../vision/box.ts';

/** Half a pixel: formats round differently. */
const TOLERANCE = 0.5;

interface Labelled {
  readonly box: Box;
  readonly label?: string | undefined;
}

/** Whether two boxes are one: of one label, or one has none. */
export function isSameBox(a: Labelled, b: Labelled): boolean {
  const sameLabel = a.label === b.label || a.label === undefined || b.label === undefined;
  return sameLabel && a.box.every((side, i) => Math.abs(side - b.box[i]!) <= TOLERANCE); // four sides each
}

/** Each box once; where one of two has a label, it is that one. */
export function distinct<T extends Labelled>(boxes: readonly T[]): T[] {
  const kept: T[] = [];
  for (const box of boxes) {
    const at = kept.findIndex((other) => isSameBox(other, box));
    if (at === -1) kept.push(box);
    else if (kept[at]!.label === undefined) kept[at] = box; // it was found
  }
  return kept;
}

/** `[10, 20, 30.5, 40]` */
export function boxText(box: Box): string {
  return `[${round(box).join(', ')}]`;
}

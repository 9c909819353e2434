/** COCO's run-length masks: runs of 0 and 1 in turn, down the columns. cocodataset.org/#format-data, maskApi.c */
import type { Box } from '../../vision/box.ts';

/** Around the mask's pixels; undefined where there are none. @param height of a column, px */
export function aroundRuns(counts: readonly number[], height: number): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let at = 0;
  for (const [i, count] of counts.entries()) {
    const [from, to] = [at, at + count - 1];
    at += count;
    if (i % 2 === 0 || count === 0) continue;
    const [first, last] = [Math.floor(from / height), Math.floor(to / height)];
    left = Math.min(left, first);
    right = Math.max(right, last);
    // A run over two columns has the foot of one and the head of the other.
    top = Math.min(top, first === last ? from % height : 0);
    bottom = Math.max(bottom, first === last ? to % height : height - 1);
  }
  return right < 0 ? undefined : [left, top, right - left + 1, bottom - top + 1];
}

/** The runs of COCO's text: 5 bits a letter, the sixth says that more follow; from the third on, differences. */
export function runsOf(text: string): number[] {
  const counts: number[] = [];
  for (let i = 0; i < text.length; ) {
    let [value, shift, more] = [0, 0, true];
    while (more && i < text.length) {
      const bits = text.charCodeAt(i) - 48;
      i += 1;
      value |= (bits & 0x1f) << shift;
      shift += 5;
      more = (bits & 0x20) !== 0;
      if (!more && (bits & 0x10) !== 0 && shift < 32) value |= -1 << shift;
    }
    const before = counts.length > 2 ? counts[counts.length - 2]! : 0; // there are more than two
    counts.push(value + before);
  }
  return counts;
}

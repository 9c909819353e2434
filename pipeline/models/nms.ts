/** Non-maximum suppression: of boxes that say the same, the best stays. */
import { type Box, iou } from '../vision/box.ts';

/**
 * Greedy, label by label.
 *
 * @param maxIoU a box that overlaps a better one of its label by more is dropped, 0..1
 * @returns what stays, best first; equal scores keep their order
 */
export function suppress<T extends { readonly box: Box; readonly score: number; readonly label: string }>(
  boxes: readonly T[],
  maxIoU: number,
): readonly T[] {
  const kept: T[] = [];
  for (const candidate of [...boxes].sort((a, b) => b.score - a.score)) {
    const rival = kept.some(
      ({ label, box }) => label === candidate.label && iou(box, candidate.box) > maxIoU,
    );
    if (!rival) kept.push(candidate);
  }
  return kept;
}

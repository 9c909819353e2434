/** Which of the boxes that the detector found is the tracked animal. */

import { area, type Box, centre, iou } from '../../pipeline/vision/box.ts';
import type { Found } from '../../schemas/boxes.ts';

/** How much more a box that overlaps the tracked one counts than one that does not. */
const CONTINUITY = 0.7;
/** An animal's box does not grow or shrink more than this from one frame to the next. */
const LARGEST_CHANGE = 2.5;
/** Nor does its centre move more than this share of the box's longer side. */
const FARTHEST_JUMP = 0.75;

/**
 * The box that continues a track: the one with the highest score, weighed by its overlap with the tracked box, among
 * those that the animal can have reached.
 * @param missed frames in a row without a detection: the longer, the farther it may have gone
 * @param taken boxes that continue other tracks in this frame
 */
export function continuation(
  tracked: Box,
  missed: number,
  found: readonly Found[],
  minScore: number,
  taken: readonly Box[],
): Found | null {
  let best: Found | null = null;
  let most = 0;
  for (const candidate of found) {
    if (candidate.score < minScore || !reachable(tracked, candidate.box, missed)) continue;
    if (taken.some((other) => iou(other, candidate.box) > 0.6)) continue;
    const weight = candidate.score * (1 - CONTINUITY + CONTINUITY * iou(tracked, candidate.box));
    if (weight > most) {
      most = weight;
      best = candidate;
    }
  }
  return best;
}

function reachable(tracked: Box, candidate: Box, missed: number): boolean {
  const patience = 1 + missed / 4;
  const growth = area(candidate) / area(tracked);
  const bound = LARGEST_CHANGE * patience;
  if (growth > bound || growth < 1 / bound) return false;
  const from = centre(tracked);
  const to = centre(candidate);
  return (
    Math.hypot(to.x - from.x, to.y - from.y) <= FARTHEST_JUMP * patience * Math.max(tracked[2], tracked[3])
  );
}

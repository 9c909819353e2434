/** Which of the boxes that the detector found are the tracked animals, and which are new ones. */
import { area, type Box, centre, intersection, iou } from '../../pipeline/domain/vision/box.ts';
import type { Found } from '../../schemas/boxes.ts';

/** How much more a box that overlaps the tracked one counts than one that does not. */
const CONTINUITY = 0.7;
/** An animal's box does not grow or shrink more than this from one frame to the next. */
const LARGEST_CHANGE = 2.5;
/** Nor does its centre move more than this share of the box's longer side. */
const FARTHEST_JUMP = 0.75;
/** Two boxes that overlap more than this are one animal: the detector was asked in two regions. */
const SAME = 0.6;
/** So much must a box overlap the tracked one to be believed at a low score (Zhang et al. 2022, ByteTrack). */
const WEAK_OVERLAP = 0.5;
/** A box that lies so far inside another, or the other in it, is a part of that animal or a pair of them. */
const NESTED = 0.6;

/** Which scores continue a track. */
export interface MatchRules {
  /** Least score of a box that continues a track. */
  readonly minScore: number;
  /** The same where the box overlaps the tracked one by half. */
  readonly weakScore: number;
}

/** A track that looks for its animal in this frame. */
export interface Claim {
  readonly box: Box;
  /** Frames in a row without a detection: the longer, the farther the animal may have gone. */
  readonly missed: number;
  /** What was found in the track's region. */
  readonly found: readonly Found[];
}

/**
 * The boxes that continue the tracks. A box weighs its score times its overlap with the tracked box; over all tracks
 * the heaviest pair is taken first, so that two animals side by side keep their own boxes.
 * @param taken boxes that no track may have any more
 * @returns for each claim its box, null where none can be it
 */
export function matchDetections(
  claims: readonly Claim[],
  rules: MatchRules,
  taken: readonly Box[] = [],
): (Found | null)[] {
  const pairs = claims.flatMap((claim, i) =>
    claim.found
      .filter((candidate) => isCandidate(claim, candidate, rules))
      .map((candidate) => ({ i, candidate, weight: weigh(claim, candidate) })),
  );
  const result: (Found | null)[] = claims.map(() => null);
  const assigned = [...taken];
  for (const { i, candidate } of pairs.sort((a, b) => b.weight - a.weight || a.i - b.i)) {
    if (result[i] !== null || assigned.some((other) => iou(other, candidate.box) > SAME)) continue;
    result[i] = candidate;
    assigned.push(candidate.box);
  }
  return result;
}

/** What was found and is no animal that is known already, best first; boxes within boxes are left out. */
export function unmatchedDetections(
  found: readonly Found[],
  known: readonly Box[],
  seedScore: number,
): Found[] {
  const unmatched: Found[] = [];
  for (const candidate of found.toSorted((a, b) => b.score - a.score)) {
    if (candidate.score < seedScore) break;
    const others = [...known, ...unmatched.map(({ box }) => box)];
    if (!others.some((other) => nested(other, candidate.box))) unmatched.push(candidate);
  }
  return unmatched;
}

function isCandidate({ box, missed }: Claim, candidate: Found, { minScore, weakScore }: MatchRules): boolean {
  const least = iou(box, candidate.box) >= WEAK_OVERLAP ? Math.min(weakScore, minScore) : minScore;
  return candidate.score >= least && reachable(box, candidate.box, missed);
}

function weigh({ box }: Claim, { score, box: candidate }: Found): number {
  return score * (1 - CONTINUITY + CONTINUITY * iou(box, candidate));
}

function reachable(tracked: Box, candidate: Box, missed: number): boolean {
  const slack = 1 + missed / 4;
  const growth = area(candidate) / area(tracked);
  const bound = LARGEST_CHANGE * slack;
  if (growth > bound || growth < 1 / bound) return false;
  const from = centre(tracked);
  const to = centre(candidate);
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  return distance <= FARTHEST_JUMP * slack * Math.max(tracked[2], tracked[3]);
}

function nested(a: Box, b: Box): boolean {
  return intersection(a, b) > NESTED * Math.min(area(a), area(b));
}

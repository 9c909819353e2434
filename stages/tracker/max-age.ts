/** How long a track goes on without its animal being seen. */
import { area, type Box, intersection, type Size } from '../../pipeline/domain/vision/box.ts';

/** The bounds of a track's age. */
export interface MaxAgeRules {
  /** Frames without a detection that end a track. */
  readonly lostAfter: number;
  /** The same, where the animal is likely to be gone. */
  readonly leftAfter: number;
}

/** A track whose animal was not found in this frame. */
export interface Unseen {
  readonly box: Box;
  /** The box stands where a person drew it. */
  readonly asDrawn: boolean;
  /** A person drew the track's animal once; otherwise the detector began it. */
  readonly byHand: boolean;
  /** Frames since the track began, and those at the end in which it was not detected. */
  readonly frames: number;
  readonly missed: number;
  /** Boxes in which other tracks' animals were seen in this frame. */
  readonly others: readonly Box[];
}

/** Share of the picture's longer side that counts as its edge. */
const RIM = 0.02;
/** A box that lies so far inside that of another animal follows that one. */
const COVERED = 0.7;

/**
 * Frames in a row without a detection after which the track ends. An animal at the picture's edge has left, and one
 * that another track covers has lost its box to it; what the detector began is believed as long as it was seen; what
 * a person drew, longest.
 */
export function maxAge(track: Unseen, picture: Size, { lostAfter, leftAfter }: MaxAgeRules): number {
  const { box, asDrawn, byHand, frames, missed, others } = track;
  const soon = Math.min(leftAfter, lostAfter);
  if (others.some((other) => intersection(other, box) > COVERED * area(box))) return soon;
  if (atEdge(box, picture) && !asDrawn) return soon;
  return byHand ? lostAfter : Math.min(lostAfter, Math.max(soon, frames - missed));
}

function atEdge([x, y, w, h]: Box, { width, height }: Size): boolean {
  const rim = RIM * Math.max(width, height);
  return x < rim || y < rim || x + w > width - rim || y + h > height - rim;
}

/**
 * A detection that is a part of the animal: by night, or behind a bush, the detector gives a rump for a deer. Nothing
 * shrinks so much from one frame to the next, so the animal keeps the size it had, and the part says where it is.
 */
import { area, type Box, clip, intersection, type Size } from '../../pipeline/domain/vision/box.ts';

/** A part's area is at most this share of the tracked box's, and of the box's that a person drew. */
const SMALLER = { tracked: 0.7, drawn: 0.8 };
/** The tracked box's size is believed up to this multiple of the drawn one's. */
const CREDIBLE = 1.4;
/** So much of a part lies in the tracked box. */
const INSIDE = 0.8;

/**
 * @param tracked the animal's box in the frame before
 * @param drawn its box as a person drew it in some other frame
 * @returns the whole animal's box, px; null where what was found is no part
 */
export function wholeOfPart(found: Box, tracked: Box, drawn: Box, picture: Size): Box | null {
  const isPart =
    area(found) < SMALLER.tracked * area(tracked) &&
    area(found) < SMALLER.drawn * area(drawn) &&
    area(tracked) < CREDIBLE * area(drawn) &&
    intersection(found, tracked) > INSIDE * area(found);
  if (!isPart) return null;
  const x = aligned(found[0], found[2], tracked[0], tracked[2]);
  const y = aligned(found[1], found[3], tracked[1], tracked[3]);
  return clip([x, y, tracked[2], tracked[3]], picture);
}

/** Where a span of the whole's length begins: the end that the part is nearer to is the one that it shows. */
function aligned(part: number, length: number, whole: number, wholeLength: number): number {
  const before = (part - whole) ** 2;
  const behind = (whole + wholeLength - part - length) ** 2;
  if (before + behind === 0) return whole;
  const share = before / (before + behind);
  return part * (1 - share) + (part + length - wholeLength) * share;
}

/**
 * A stretch between two sure boxes, estimated from both: the animal is followed by its looks forward from the one and
 * backward from the other, and the two are blended by how near each is and by how well it found the other end. Where
 * neither did, or nothing can be followed, the box goes from one to the other on a straight line.
 */
import { type Box, iou } from '../../../pipeline/domain/vision/box.ts';
import type { Follower, Pictures, Place, WindowLabel } from './evidence.ts';

/** A settled box, and why. */
export interface Settled {
  readonly box: Box;
  readonly cause: 'followed' | 'interpolated' | 'detected';
  /** Of what was followed: how alike it looks, 0..1. */
  readonly likeness?: number;
}

/** IoU with the other end's box below which a way did not lead there. */
const ARRIVED = 0.3;
/** A weak detection that overlaps what was estimated by so much is believed. */
const AGREES = 0.5;
/** How much of such a box is the detection's: its errors and the template's differ (measured in README.md). */
const DETECTION = 0.65;

export interface Stretch {
  readonly from: Place;
  readonly to: Place;
  /** In between, in order. */
  readonly labels: readonly { readonly frame: number; readonly label: WindowLabel }[];
}

/** @param follower null where there are no weights */
export async function settleStretch(
  { from, to, labels }: Stretch,
  pictures: Pictures,
  follower: Follower | null,
): Promise<Settled[]> {
  const frames = labels.map(({ frame }) => frame);
  const ahead = follower && (await followed(from, to, frames, pictures, follower));
  const back = follower && (await followed(to, from, frames.toReversed(), pictures, follower));
  return labels.map(({ frame, label }) => {
    const part = (frame - from.frame) / (to.frame - from.frame);
    const estimated = estimate(frame, part, { from, to, ahead, back });
    return withDetection(estimated, label);
  });
}

/** The frames of a way, and how far it led to where it should. */
interface Way {
  readonly places: ReadonlyMap<number, { readonly box: Box; readonly score: number }>;
  readonly trust: number;
}

async function followed(
  from: Place,
  to: Place,
  frames: readonly number[],
  pictures: Pictures,
  follower: Follower,
): Promise<Way> {
  const template = await follower.template(await pictures.raster(from.frame), from.box);
  const places = new Map<number, { box: Box; score: number }>();
  let last = from.box;
  for (const frame of [...frames, to.frame]) {
    const found = await follower.search(template, await pictures.raster(frame), last);
    places.set(frame, found);
    last = found.box;
  }
  const reached = iou(last, to.box);
  return { places, trust: reached < ARRIVED ? 0 : reached };
}

interface Ends {
  readonly from: Place;
  readonly to: Place;
  readonly ahead: Way | null;
  readonly back: Way | null;
}

function estimate(frame: number, part: number, { from, to, ahead, back }: Ends): Settled {
  const a = ahead?.places.get(frame);
  const b = back?.places.get(frame);
  const weightA = a ? (ahead?.trust ?? 0) * (1 - part) : 0;
  const weightB = b ? (back?.trust ?? 0) * part : 0;
  if (weightA + weightB === 0) return { box: blend(from.box, to.box, part), cause: 'interpolated' };
  const share = weightB / (weightA + weightB);
  const likeness = (a?.score ?? 0) * (1 - share) + (b?.score ?? 0) * share;
  const box = blend(a?.box ?? from.box, b?.box ?? to.box, share);
  return { box, cause: 'followed', likeness: Math.round(likeness * 1000) / 1000 };
}

/** @param share of `b` */
export function blend(a: Box, b: Box, share: number): Box {
  const side = (i: 0 | 1 | 2 | 3) => a[i] * (1 - share) + b[i] * share;
  return [side(0), side(1), side(2), side(3)];
}

/** A weak detection that agrees is worth more than either alone. */
export function withDetection(estimated: Settled, { cause, box }: WindowLabel): Settled {
  if (cause !== 'detected' || iou(box, estimated.box) < AGREES) return estimated;
  return { ...estimated, box: blend(estimated.box, box, DETECTION), cause: 'detected' };
}

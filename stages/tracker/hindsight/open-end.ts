/**
 * A stretch without a sure box behind it, because the window ends before one came: the animal is followed by its looks
 * from the last sure box, frame after frame. Where no pixel around it changed, it stays; where its looks are lost, the
 * loop's own label stands.
 */
import { type Box, iou } from '../../../pipeline/domain/vision/box.ts';
import type { Anchorage, Follower, Pictures, WindowLabel } from './evidence.ts';
import { isStill } from './still.ts';
import { type Settled, withDetection } from './stretch.ts';

/** Likeness below which the animal is lost. */
const LOST = 0.55;
/** Back from where it went, the animal must be found where it was, by this IoU. */
const RETURNS = 0.5;
/** Still: nothing changed, the box stays where it was. */
export type OpenStep = (Settled & { readonly still: false }) | { readonly box: Box; readonly still: true };

/**
 * One frame on.
 * @param before the frame that was looked at before
 * @returns null where its looks are lost
 */
export async function stepOpenEnd(
  { sure, at }: Anchorage,
  before: number,
  frame: number,
  label: WindowLabel,
  pictures: Pictures,
  follower: Follower,
): Promise<OpenStep | null> {
  if (await isStill(at.box, before, frame, pictures)) return { box: at.box, still: true };
  const now = await pictures.raster(frame);
  const template = await follower.template(await pictures.raster(sure.frame), sure.box);
  const found = await follower.search(template, now, at.box);
  if (found.score < LOST) return null;
  const back = await follower.search(template, await pictures.raster(before), found.box);
  if (iou(back.box, at.box) < RETURNS) return null;
  const likeness = Math.round(found.score * 1000) / 1000;
  return { ...withDetection({ box: found.box, cause: 'followed', likeness }, label), still: false };
}

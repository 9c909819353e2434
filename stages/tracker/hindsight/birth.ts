/**
 * Follows an animal back from where it was first seen to where it came in: new animals are looked for now and then only,
 * and a small or half hidden one is seen late.
 */
import { area, type Box, clip as clipBox, iou } from '../../../pipeline/domain/vision/box.ts';
import type { Follower, Pictures, Place, WindowFrame } from './evidence.ts';

/** Likeness below which it was not there yet. */
const THERE = 0.7;
/** Ahead again from where it was, it must be found where it came from, by this IoU. */
const RETURNS = 0.6;
/** A box of which less lies in the picture has not come in. */
const INSIDE = 0.4;
/** It overlaps another animal's box by so much: it is that animal. */
const TAKEN = 0.5;

export interface BirthPlace extends Place {
  readonly likeness: number;
}

/**
 * @param first where it was first seen
 * @param frames before that which are not published, in order
 * @returns places before the first, the latest first
 */
export async function followBack(
  first: Place,
  frames: readonly WindowFrame[],
  pictures: Pictures,
  follower: Follower,
): Promise<BirthPlace[]> {
  const template = await follower.template(await pictures.raster(first.frame), first.box);
  const places: BirthPlace[] = [];
  let last: Place = first;
  for (const frame of frames.toReversed()) {
    const picture = await pictures.raster(frame.index);
    const { box, score } = await follower.search(template, picture, last.box);
    const inside = clipBox(box, frame);
    if (score < THERE || !inside || area(inside) < INSIDE * area(box) || isTaken(box, frame)) break;
    const again = await follower.search(template, await pictures.raster(last.frame), box);
    if (iou(again.box, last.box) < RETURNS) break;
    last = { frame: frame.index, box };
    places.push({ ...last, likeness: Math.round(score * 1000) / 1000 });
  }
  return places;
}

function isTaken(box: Box, { labels }: WindowFrame): boolean {
  return labels.some((label) => iou(label.box, box) >= TAKEN);
}

/** Boxes between the frames that a person set, as CVAT and Label Studio draw them. */
import type { Box } from '../../vision/box.ts';

/** A box as drawn on a frame, before it is turned. */
export interface Keyframe {
  readonly frame: number;
  readonly box: Box;
  /** Clockwise, degrees. */
  readonly rotation: number;
}

/** Those on the frames between two, every `step` frames: straight from one to the other, turning the shorter way. */
export function between(from: Keyframe, to: Keyframe, step = 1): Keyframe[] {
  const frames: Keyframe[] = [];
  const turn = ((((to.rotation - from.rotation) % 360) + 540) % 360) - 180;
  for (let frame = from.frame + step; frame < to.frame; frame += step) {
    const part = (frame - from.frame) / (to.frame - from.frame);
    const side = (i: 0 | 1 | 2 | 3) => from.box[i] + (to.box[i] - from.box[i]) * part;
    frames.push({ frame, box: [side(0), side(1), side(2), side(3)], rotation: from.rotation + turn * part });
  }
  return frames;
}

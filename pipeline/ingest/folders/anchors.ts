/** The boxes that a person drew on a clip, as its tracks' anchors. */
import { resolve } from 'node:path';
import type { Anchor } from '../../../schemas/clip-arrived.ts';
import type { HandAnchor } from '../../domain/formats/hand.ts';

/**
 * A clip's anchors; boxes that no file numbers are one animal each, in the order of their frame's rows.
 * @param path of the clip, absolute
 */
export function anchorsOfClip(path: string, anchors: readonly HandAnchor[]): Anchor[] {
  const onFrame = new Map<number, number>();
  return anchors
    .filter((anchor) => resolve(anchor.file) === path)
    .map(({ frame, track, box, label }) => {
      const nth = (onFrame.get(frame) ?? 0) + 1;
      onFrame.set(frame, nth);
      return { frame, track: track ?? nth, box: [...box], label };
    });
}

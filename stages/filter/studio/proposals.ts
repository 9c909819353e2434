/** Frames that are worth drawing: different from each other, over all clips that are there. Pure. */
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import type { ClipView, FrameProposal } from './api.ts';

/** With so many a first detector is good enough to draw the rest. */
export const WORTH_DRAWING = 25;

/**
 * The first frame of each clip, then the rest of {@link WORTH_DRAWING} over all clips by their length, each from the
 * middle of its equal stretch.
 */
export function proposedFrames(clips: readonly ClipView[]): FrameProposal[] {
  const usable = clips.filter(({ state, frames }) => state !== 'failed' && (frames ?? 0) > 0);
  const chosen = evenlySpaced(usable, WORTH_DRAWING);
  const total = chosen.reduce((sum, { frames }) => sum + (frames ?? 0), 0);
  const left = Math.max(0, WORTH_DRAWING - chosen.length);
  return chosen.flatMap(({ clip, frames }) => {
    const length = frames ?? 0;
    const count = Math.min(length - 1, Math.round((left * length) / total));
    const later = Array.from({ length: count }, (_, i) => 1 + Math.floor(((i + 0.5) * (length - 1)) / count));
    const propose = (index: number, why: FrameProposal['why']) => ({ clip, index, why, boxes: [] });
    return [propose(0, 'first'), ...later.map((index) => propose(index, 'time'))];
  });
}

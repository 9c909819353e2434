/** How much is drawn, and what is worth drawing next. */
import type { FrameProposal } from '../../../../studio/api.ts';
import { drawings, frameKey } from '../../api/drawings.ts';
import { progress, proposals } from '../../api/lists.ts';

/** The method's 20 to 30 pictures, where the server says nothing else. */
const WORTH = 25;

export function drawnSoFar(): { readonly drawn: number; readonly worth: number } {
  const drawn = [...drawings.value.values()].filter(({ boxes }) => boxes !== null).length;
  return { drawn, worth: progress.value?.worthDrawing ?? WORTH };
}

const isDone = ({ clip, index }: FrameProposal) => Boolean(drawings.value.get(frameKey(clip, index))?.boxes);

/**
 * The next proposal that nobody has looked at, after the given frame, and then from the start.
 * @param back the one before it instead
 */
export function nextToDraw(
  from: { readonly clip: string; readonly index: number } | null,
  back = false,
): FrameProposal | null {
  const all = back ? proposals.value.toReversed() : proposals.value;
  const at = from ? all.findIndex(({ clip, index }) => clip === from.clip && index === from.index) : -1;
  const order = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))];
  // Backward leads through what is drawn as well: a person goes back to look at it.
  return (back ? order[0] : order.find((proposal) => !isDone(proposal))) ?? null;
}

/**
 * A person draws an animal that the detector had found before: the detector's track ends there (`tracks.ts`), and its
 * labels that are not published are the drawn track's. One animal has one number.
 */
import { iou } from '../../../pipeline/domain/vision/box.ts';
import type { TrackerCheckpoint } from '../../../schemas/state.ts';
import { DRAWN_AGAIN } from '../tracks.ts';
import type { WindowLabel } from './evidence.ts';

/** @param drawn the first label of its track; @param state changed here */
export function takeOver(frame: number, drawn: WindowLabel, state: TrackerCheckpoint): void {
  const { window, tracks, published, anchorages } = state;
  const before = window.findLast(({ index, isLookedAt }) => index < frame && isLookedAt);
  const same = before?.labels.find(({ track, box }) => {
    const isOver = tracks.some((known) => known.track === track && known.ended);
    return isOver && !published.some((known) => known.track === track) && iou(box, drawn.box) > DRAWN_AGAIN;
  });
  if (!same) return;
  const { track } = same;
  for (const anchorage of anchorages) if (anchorage.track === track) anchorage.track = drawn.track;
  for (const label of window.flatMap(({ labels }) => labels)) {
    if (label.track === track) Object.assign(label, { track: drawn.track, label: drawn.label });
  }
}

/** The boxes of the frame that is drawn on: what is drawn, what is proposed, and what is changed at the moment. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DrawnBox, DrawnFrame, FrameProposal } from '../../../../studio/api.ts';
import { drawings, frameKey, save } from '../../api/drawings.ts';
import { proposals, session } from '../../api/lists.ts';
import { type Box, overlap } from '../../canvas/box-edit.ts';
import { useTimed } from '../../parts/timed.ts';

type Proposed = FrameProposal['boxes'][number];

/** A box is nudged by many keys: so long after the last, they are one change, ms. */
const NUDGED_MS = 500;
/** A proposed box that overlaps a drawn one by this IoU is the same animal. */
const SAME = 0.5;

export interface FrameBoxes {
  /** Null: nobody has looked at it. */
  readonly drawn: readonly DrawnBox[] | null;
  readonly frame: DrawnFrame | undefined;
  readonly proposed: readonly Proposed[];
  /** Saves at once. */
  readonly put: (boxes: readonly DrawnBox[] | null, key: string) => void;
  /** Saves when no other comes for a moment. */
  readonly nudge: (boxes: readonly DrawnBox[]) => void;
}

export function useFrameBoxes(clip: string, index: number): FrameBoxes {
  const key = frameKey(clip, index);
  const timed = useTimed(key);
  const [draft, setDraft] = useState<{ readonly key: string; readonly boxes: readonly DrawnBox[] } | null>(
    null,
  );
  const flush = useRef<() => void>(() => {});
  const frame = drawings.value.get(key);
  const drawn = (draft?.key === key ? draft.boxes : frame?.boxes) ?? null;

  const put: FrameBoxes['put'] = (boxes, gesture) => {
    setDraft(null);
    flush.current = () => {};
    save({ clip, index }, boxes, session.value?.user ?? '', timed(gesture));
  };
  const nudge: FrameBoxes['nudge'] = (boxes) => {
    setDraft({ key, boxes });
    flush.current = () => put(boxes, 'Arrow');
  };
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(() => flush.current(), NUDGED_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  // Who goes on to another frame, or away, does not lose the last nudge.
  useLayoutEffect(() => () => flush.current(), [key]);

  const all =
    proposals.value.find((proposal) => proposal.clip === clip && proposal.index === index)?.boxes ?? [];
  const isEmpty = drawn !== null && drawn.length === 0;
  const isDrawn = ({ box }: Proposed) => (drawn ?? []).some((own) => overlap(own.box, box) >= SAME);
  return { drawn, frame, proposed: isEmpty ? [] : all.filter((box) => !isDrawn(box)), put, nudge };
}

/** Boxes of the nearest earlier frame of the clip that has some; null where there is none. */
export function boxesBefore(clip: string, index: number): readonly DrawnBox[] | null {
  const before = [...drawings.value.values()]
    .filter((frame) => frame.clip === clip && frame.index < index && (frame.boxes?.length ?? 0) > 0)
    .reduce<DrawnFrame | null>((last, frame) => (last && last.index > frame.index ? last : frame), null);
  return before?.boxes ?? null;
}

/** @returns the list with one box in another place */
export function withBox(boxes: readonly DrawnBox[], at: number, box: Box): DrawnBox[] {
  return boxes.map((own, i) => (i === at ? { ...own, box: [...box] } : own));
}

/** What is known of one clip, folded from the messages about it. Pure. */
import type { ClipArrived } from '../../../schemas/clip-arrived.ts';
import type { ClipDecoded } from '../../../schemas/clip-decoded.ts';
import type { ClipFailed } from '../../../schemas/clip-failed.ts';
import type { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import type { ClipFound } from '../../../schemas/clip-found.ts';
import type { ClipTracked } from '../../../schemas/clip-tracked.ts';
import type { ClipState, ClipView } from './api.ts';

/** The last message of each kind; what came later wins where they contradict each other. */
export interface ClipFacts {
  found?: ClipFound;
  arrived?: ClipArrived;
  decoded?: ClipDecoded;
  tracked?: ClipTracked;
  filtered?: ClipFiltered;
  failed?: ClipFailed | undefined;
}

/** Where the decoder finds the clip; null where nobody said. */
export function sourceOf({
  found,
  arrived,
}: ClipFacts): { readonly file: string; readonly source: string } | null {
  return found ?? arrived ?? null;
}

/** @param labelled whether a label of it is there already */
export function clipState({ arrived, tracked, failed }: ClipFacts, labelled: boolean): ClipState {
  if (tracked) return 'tracked';
  if (failed) return 'failed';
  if (!arrived) return 'found';
  return labelled ? 'tracking' : 'arrived';
}

/** What its labels and drawn frames add to a clip's view. */
export type ClipCounts = Pick<ClipView, 'done' | 'labels' | 'drawn'>;

export function clipView(clip: string, facts: ClipFacts, counts: ClipCounts): ClipView {
  const { found, arrived, decoded, tracked, failed } = facts;
  const named = found ?? arrived ?? tracked ?? failed;
  const size = tracked ?? decoded ?? found;
  const damage = tracked?.damage ?? decoded?.damage;
  return {
    clip,
    camera: named?.camera ?? decoded?.camera ?? '',
    file: named?.file ?? clip,
    state: clipState(facts, counts.done > 0),
    reason: (tracked ? null : failed?.reason) ?? damage?.what ?? null,
    frames: tracked?.ledger.decoded ?? decoded?.frames ?? (found?.frames || null),
    width: size?.width ?? null,
    height: size?.height ?? null,
    fps: size?.fps || null,
    recordedAt: tracked?.recordedAt ?? arrived?.recordedAt ?? found?.recordedAt ?? null,
    ...counts,
  };
}

/**
 * Frames that are worth drawing: different from each other over time, light and place, those where something came first,
 * some empty ones among them. Where nobody has glanced at a clip yet, its frames are spread evenly. Pure.
 */
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import type { ClipView, FrameProposal } from './api.ts';
import { candidateClips, difference, type Glance } from './candidates.ts';
import type { FramePlace } from './requests.ts';

/** With so many a first detector is good enough to draw the rest. */
export const WORTH_DRAWING = 25;

/** Of them, frames in which nothing has come: the detector learns from them what is no animal. */
const EMPTY = 5;
/** Of them, frames with boxes of another tool. */
const MOST_IMPORTED = 15;
/** Two frames that look so alike teach the same, see {@link difference}. */
const ALIKE = 0.2;
/** Light that is so far from all that was chosen is another light, levels. */
const OTHER_LIGHT = 25;
/** Share of the picture above which something has come into it, or left it: a deer of 30 px in 640 covers 0.0035. */
const CAME = 0.002;
/** Beside a difference: what a place is worth at which nothing is chosen yet, and a change in all of the picture. */
const WORTH = { place: 12, change: 100 } as const;

export type ProposedBoxes = FrameProposal['boxes'];

/** A frame with boxes that another tool, or a model, gave. */
export interface ImportedFrame extends FramePlace {
  readonly boxes: ProposedBoxes;
}

export interface ProposalSources {
  readonly clips: readonly ClipView[];
  /** By clip; of those that were looked at. */
  readonly glances: ReadonlyMap<string, readonly Glance[]>;
  readonly imported: readonly ImportedFrame[];
}

export function proposals({ clips, glances, imported }: ProposalSources): FrameProposal[] {
  const usable = candidateClips(clips);
  const withBoxes = importedFrames(clips, imported);
  const left = WORTH_DRAWING - withBoxes.length;
  const seen = usable.filter(({ clip }) => glances.has(clip));
  const share = Math.round((left * seen.length) / Math.max(1, usable.length));
  const hasBoxes = new Set(withBoxes.map(keyOf));
  const chosen = different(seen, glances, share).filter((frame) => !hasBoxes.has(keyOf(frame)));
  const unseen = usable.filter(({ clip }) => !glances.has(clip));
  const boxesOf = new Map(imported.map((frame) => [keyOf(frame), frame.boxes]));
  const found = [...withBoxes, ...chosen];
  const known = new Set(found.map(keyOf));
  const spread = spreadFrames(unseen.length > 0 ? unseen : usable, WORTH_DRAWING + known.size);
  const others = spread.filter((frame) => !known.has(keyOf(frame)));
  return [...found, ...evenlySpaced(others, WORTH_DRAWING - found.length)].map((proposal) => ({
    ...proposal,
    boxes: boxesOf.get(keyOf(proposal)) ?? [],
  }));
}

/** Those with the surest boxes, over all clips that have some. */
function importedFrames(clips: readonly ClipView[], imported: readonly ImportedFrame[]): FrameProposal[] {
  const lengths = new Map(clips.map(({ clip, frames }) => [clip, frames ?? Number.POSITIVE_INFINITY]));
  const there = imported.filter(
    ({ clip, index, boxes }) => boxes.length > 0 && index < (lengths.get(clip) ?? 0),
  );
  const byClip = [...Map.groupBy(there, ({ clip }) => clip).values()];
  const each = Math.max(1, Math.floor(MOST_IMPORTED / Math.max(1, byClip.length)));
  const spread = evenlySpaced(byClip, MOST_IMPORTED).flatMap((frames) => {
    const inOrder = frames.toSorted((a, b) => a.index - b.index);
    // The surest of each stretch, so that they are not all of the same second.
    return stretches(inOrder, each).map((stretch) =>
      stretch.reduce((best, frame) => (surest(frame) > surest(best) ? frame : best)),
    );
  });
  return spread.map(({ clip, index, boxes }) => ({ clip, index, why: 'imported', boxes }));
}

const surest = ({ boxes }: ImportedFrame) => Math.max(...boxes.map(({ score }) => score ?? 1));

function stretches<T>(items: readonly T[], count: number): T[][] {
  const parts = Math.min(count, items.length);
  return Array.from({ length: parts }, (_, i) =>
    items.slice(Math.floor((i * items.length) / parts), Math.floor(((i + 1) * items.length) / parts)),
  );
}

/** Greedy: each is the one that differs most from all that were chosen before it. */
function different(
  clips: readonly ClipView[],
  glances: ReadonlyMap<string, readonly Glance[]>,
  count: number,
): FrameProposal[] {
  const cameras = new Map(clips.map(({ clip, camera }) => [clip, camera]));
  const all = clips.flatMap(({ clip }) => glances.get(clip) ?? []);
  const busy = all.filter(({ change }) => change > CAME);
  const quiet = all.filter(({ change }) => change <= CAME);
  const empties = Math.min(quiet.length, Math.ceil((count * EMPTY) / WORTH_DRAWING));
  const chosen: Glance[] = [];
  const taken: FrameProposal[] = [];
  /** How different a frame is from the one of the chosen that is most like it; per cent where none is chosen. */
  const nearest = new Map(all.map((glance) => [glance, 100]));
  const take = (from: readonly Glance[], isEmpty: boolean) => {
    const places = new Set(chosen.map(({ clip }) => cameras.get(clip)));
    const worthOf = (glance: Glance) => {
      const unlike = nearest.get(glance) ?? 0;
      if (unlike < ALIKE) return -1;
      const place = places.has(cameras.get(glance.clip)) ? 0 : WORTH.place;
      return unlike + place + WORTH.change * (isEmpty ? -glance.change : glance.change);
    };
    const [worth, best] = from.reduce<[number, Glance | null]>(
      (most, glance) => {
        const own = worthOf(glance);
        return own > most[0] ? [own, glance] : most;
      },
      [-1, null],
    );
    if (!best || worth < 0) return false;
    const why = reasonFor(best, chosen, !places.has(cameras.get(best.clip)), isEmpty);
    chosen.push(best);
    for (const [glance, before] of nearest) nearest.set(glance, Math.min(before, difference(best, glance)));
    taken.push({ clip: best.clip, index: best.index, why, boxes: [] });
    return true;
  };
  const every = Math.max(2, Math.floor(count / Math.max(1, empties)));
  while (taken.length < count) {
    const isEmptyDue = taken.length % every === every - 1;
    const isTaken = isEmptyDue
      ? take(quiet, true) || take(busy, false)
      : take(busy, false) || take(quiet, true);
    if (!isTaken) break;
  }
  return taken;
}

function reasonFor(
  best: Glance,
  chosen: readonly Glance[],
  isNewPlace: boolean,
  isEmpty: boolean,
): FrameProposal['why'] {
  if (chosen.length === 0) return 'first';
  if (isEmpty) return 'empty';
  if (isNewPlace) return 'place';
  return chosen.every(({ light }) => Math.abs(light - best.light) > OTHER_LIGHT) ? 'light' : 'time';
}

/** The first frame of each clip, then the rest over all clips by their length, each from the middle of its stretch. */
export function spreadFrames(clips: readonly ClipView[], most: number): FrameProposal[] {
  if (most <= 0) return [];
  const chosen = evenlySpaced(clips, most);
  const total = chosen.reduce((sum, { frames }) => sum + (frames ?? 0), 0);
  const left = Math.max(0, most - chosen.length);
  return chosen.flatMap(({ clip, frames }) => {
    const length = frames ?? 0;
    const count = Math.min(length - 1, Math.round((left * length) / total));
    const later = Array.from({ length: count }, (_, i) => 1 + Math.floor(((i + 0.5) * (length - 1)) / count));
    const propose = (index: number, why: FrameProposal['why']) => ({ clip, index, why, boxes: [] });
    return [propose(0, 'first'), ...later.map((index) => propose(index, 'time'))];
  });
}

function keyOf({ clip, index }: FramePlace): string {
  return `${clip}#${index}`;
}

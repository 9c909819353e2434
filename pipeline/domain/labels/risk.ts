/**
 * Risk: how likely a label is wrong, 0..1, so that a person sees the doubtful ones first, and why. The cause says most;
 * a detector that is unsure, a box that jumps, changes size or touches the edge, neighbours that were missed, a second
 * opinion that differs, and a box that stands still in clip after clip add to it.
 */
import { median } from 'simple-statistics';
import type { Cause, Doubt } from '../../../schemas/terms.ts';
import type { Track } from '../../../schemas/track.ts';
import { area, type Box, centre, iou } from '../vision/box.ts';
import { joinDoubts, type LabelDoubt, type WeighedDoubt } from './doubt.ts';

/** Risk of a label by its cause alone; of a detected one, by its score. */
const BASE: Readonly<Record<Exclude<Cause, 'detected'>, number>> = {
  hand: 0,
  followed: 0.35,
  interpolated: 0.4,
  moved: 0.55,
  held: 0.5,
};
/** What a doubt adds at most, as a share of what is left to 1. */
const DOUBT = {
  jump: 0.7,
  size: 0.5,
  missedNearby: 0.3,
  longMissed: 0.8,
  edge: 0.1,
  models: 0.6,
  stone: 0.7,
} as const;
/** What the tracker's doubts add, the same way: a stone is for a person to decide. */
const TOLD: Readonly<Record<Doubt, number>> = { stone: 0.9, unchanged: 0.4, unsteady: 0.2 };
/** Least likeness at which a followed animal is surely the same one. */
const ALIKE = 0.9;
/** Frames on each side that count as neighbours. */
const NEARBY = 3;
/** Frames in a row without a detection after which nothing is known any more. */
const LONG_MISSED = 24;
/** Clips in which a box stands at one spot after which it is taken for a thing. */
const SURELY_STONE = 4;

/** What is known of a track beside its labels. */
export interface TrackContext {
  /** Of the clip, pixels; without, nothing touches an edge. */
  readonly picture?: { readonly width: number; readonly height: number } | undefined;
  /** Other clips of the camera in which a box stands at this track's spot (`stones.ts`). */
  readonly stoneIn?: number | undefined;
  /** By frame: the box that another model gives there, null where it gives none. */
  readonly secondOpinion?: ReadonlyMap<number, Box | null> | undefined;
}

export interface Risk {
  readonly risk: number;
  /** The heaviest first. */
  readonly doubts: readonly LabelDoubt[];
}

/**
 * @param track one track's labels in frame order
 * @returns one risk a label, in the same order, to 1/1000
 */
export function risks(track: readonly Track[], context: TrackContext = {}): Risk[] {
  const runs = missedRuns(track);
  return track.map((label, i) => {
    if (label.cause === 'hand') return { risk: 0, doubts: [] };
    return joinDoubts([
      byCause(label, runs[i] ?? 0),
      jump(track, i),
      sizeChange(track, i),
      missedNearby(track, i),
      ...edge(label, context),
      ...secondOpinion(label, context),
      ...stone(context),
      ...likeness(label),
      ...(label.doubts ?? []).map(told),
    ]);
  });
}

function byCause({ cause, score }: Track, unseen: number): WeighedDoubt {
  if (cause === 'detected') {
    return { doubt: { kind: 'score', score: score ?? 0 }, weight: 0.5 * (1 - (score ?? 0)) };
  }
  const long = DOUBT.longMissed * Math.min(1, unseen / LONG_MISSED);
  return { doubt: { kind: 'unseen', frames: unseen }, weight: 1 - (1 - BASE[cause]) * (1 - long) };
}

/**
 * How little the box overlaps where the animal is in the frames around: nothing where IoU is 0.8 and more, all where it
 * is 0. Around is the median of each side of the box, so that one wild box is not held against its neighbours.
 */
function jump(track: readonly Track[], i: number): WeighedDoubt {
  const here = track[i];
  const around = [...track.slice(Math.max(0, i - NEARBY), i), ...track.slice(i + 1, i + NEARBY + 1)];
  if (!here || around.length === 0) return { doubt: { kind: 'jump', px: 0 }, weight: 0 };
  const middle = (side: (box: Box) => number) => median(around.map(({ box }) => side(box)));
  const left = middle(([x]) => x);
  const top = middle(([, y]) => y);
  const usual: Box = [left, top, middle(([x, , w]) => x + w) - left, middle(([, y, , h]) => y + h) - top];
  const from = centre(usual);
  const to = centre(here.box);
  const px = Math.round(Math.hypot(to.x - from.x, to.y - from.y));
  return { doubt: { kind: 'jump', px }, weight: DOUBT.jump * Math.max(0, 1 - iou(here.box, usual) / 0.8) };
}

/** How far its area is from the median of its neighbourhood: nothing when equal, all at twice or half. */
function sizeChange(track: readonly Track[], i: number): WeighedDoubt {
  const around = track.slice(Math.max(0, i - 4 * NEARBY), i + 4 * NEARBY + 1);
  const usual = median(around.map((label) => area(label.box)));
  const times = area(track[i]?.box ?? [0, 0, 1, 1]) / usual;
  const weight = DOUBT.size * Math.min(1, Math.abs(Math.log2(times)));
  return { doubt: { kind: 'size', times: Math.round(times * 100) / 100 }, weight };
}

function missedNearby(track: readonly Track[], i: number): WeighedDoubt {
  const near = track.slice(Math.max(0, i - NEARBY), i + NEARBY + 1);
  const missed = near.filter(({ cause }) => cause === 'moved' || cause === 'held').length;
  return { doubt: { kind: 'alone', missed }, weight: (DOUBT.missedNearby * missed) / near.length };
}

function edge({ box: [x, y, w, h] }: Track, { picture }: TrackContext): WeighedDoubt[] {
  if (!picture) return [];
  const touches = x <= 1 || y <= 1 || x + w >= picture.width - 1 || y + h >= picture.height - 1;
  return touches ? [{ doubt: { kind: 'edge' }, weight: DOUBT.edge }] : [];
}

function secondOpinion({ index, box }: Track, { secondOpinion: other }: TrackContext): WeighedDoubt[] {
  const second = other?.get(index);
  if (second === undefined) return [];
  const overlap = second ? iou(box, second) : 0;
  const weight = DOUBT.models * Math.max(0, 1 - overlap / 0.8);
  return [{ doubt: { kind: 'models', iou: Math.round(overlap * 100) / 100 }, weight }];
}

function stone({ stoneIn = 0 }: TrackContext): WeighedDoubt[] {
  if (stoneIn === 0) return [];
  return [
    {
      doubt: { kind: 'stone', clips: stoneIn },
      weight: DOUBT.stone * Math.min(1, stoneIn / (SURELY_STONE - 1)),
    },
  ];
}

/** How much a followed box looks like its animal, where its looks were compared. */
function likeness({ cause, likeness: alike }: Track): WeighedDoubt[] {
  if (cause !== 'followed' || alike === undefined) return [];
  return [{ doubt: { kind: 'likeness', likeness: alike }, weight: Math.max(0, 1 - alike / ALIKE) }];
}

function told(doubt: Doubt): WeighedDoubt {
  return { doubt: doubt === 'stone' ? { kind: 'stone', clips: 0 } : { kind: doubt }, weight: TOLD[doubt] };
}

/**
 * For each label, how far it is from what was seen: frames in a row up to it that were not detected. What was estimated
 * with hindsight is as near as the nearer of its two ends.
 */
function missedRuns(track: readonly Track[]): number[] {
  const before = runsOfUnseen(track);
  const behind = runsOfUnseen(track.toReversed()).reverse();
  const ends = behind.map((run, i) => (isSeen(track[i + run]) ? run : Number.POSITIVE_INFINITY));
  return track.map(({ cause }, i) => {
    const run = before[i] ?? 0;
    return cause === 'followed' || cause === 'interpolated' ? Math.min(run, ends[i] ?? run) : run;
  });
}

function runsOfUnseen(track: readonly Track[]): number[] {
  let run = 0;
  return track.map((label) => {
    run = isSeen(label) ? 0 : run + 1;
    return run;
  });
}

function isSeen(label: Track | undefined): boolean {
  return label?.cause === 'hand' || label?.cause === 'detected';
}

/**
 * Risk: how likely a label is wrong, 0..1, so that a person sees the doubtful ones first. A first version: the cause
 * says most; a detector that is unsure, a box that jumps or changes size, and neighbours that were missed add to it.
 */
import { median } from 'simple-statistics';
import type { Doubt } from '../../../schemas/terms.ts';
import type { Track } from '../../../schemas/track.ts';
import { area, type Box, iou } from '../vision/box.ts';

/** Risk of a label by its cause alone; of a detected one, by its score. */
const BASE = { hand: 0, followed: 0.35, interpolated: 0.4, moved: 0.55, held: 0.5 } as const;
/** What a doubt adds at most, as a share of what is left to 1. */
const DOUBT = { jump: 0.7, size: 0.5, missedNearby: 0.3, longMissed: 0.8 } as const;
/** What the tracker's doubts add, the same way: a stone is for a person to decide. */
const TOLD: Readonly<Record<Doubt, number>> = { stone: 0.9, unchanged: 0.4, unsteady: 0.2 };
/** Least likeness at which a followed animal is surely the same one. */
const ALIKE = 0.9;
/** Frames on each side that count as neighbours. */
const NEARBY = 3;
/** Frames in a row without a detection after which nothing is known any more. */
const LONG_MISSED = 24;

/**
 * @param track one track's labels in frame order
 * @returns one risk a label, in the same order, to 1/1000
 */
export function risks(track: readonly Track[]): number[] {
  const runs = missedRuns(track);
  return track.map((label, i) => {
    if (label.cause === 'hand') return 0;
    const base = label.cause === 'detected' ? 0.5 * (1 - (label.score ?? 0)) : BASE[label.cause];
    const { likeness = ALIKE, doubts: told = [] } = label;
    const doubts = [
      DOUBT.jump * jump(track, i),
      DOUBT.size * sizeChange(track, i),
      DOUBT.missedNearby * missedNearby(track, i),
      DOUBT.longMissed * Math.min(1, (runs[i] ?? 0) / LONG_MISSED),
      label.cause === 'followed' ? Math.max(0, 1 - likeness / ALIKE) : 0,
      ...told.map((doubt) => TOLD[doubt]),
    ];
    const sure = doubts.reduce((left, doubt) => left * (1 - doubt), 1 - base);
    return Math.round((1 - sure) * 1000) / 1000;
  });
}

/**
 * How little the box overlaps where the animal is in the frames around: 0 where IoU is 0.8 and more, 1 where it is 0.
 * Around is the median of each side of the box, so that one wild box is not held against its neighbours.
 */
function jump(track: readonly Track[], i: number): number {
  const here = track[i];
  const around = [...track.slice(Math.max(0, i - NEARBY), i), ...track.slice(i + 1, i + NEARBY + 1)];
  if (!here || around.length === 0) return 0;
  const middle = (side: (box: Box) => number) => median(around.map(({ box }) => side(box)));
  const left = middle(([x]) => x);
  const top = middle(([, y]) => y);
  const usual: Box = [left, top, middle(([x, , w]) => x + w) - left, middle(([, y, , h]) => y + h) - top];
  return Math.max(0, 1 - iou(here.box, usual) / 0.8);
}

/** How far its area is from the median of its neighbourhood: 0 when equal, 1 at twice or half. */
function sizeChange(track: readonly Track[], i: number): number {
  const around = track.slice(Math.max(0, i - 4 * NEARBY), i + 4 * NEARBY + 1);
  const usual = median(around.map((label) => area(label.box)));
  const here = area(track[i]?.box ?? [0, 0, 1, 1]);
  return Math.min(1, Math.abs(Math.log2(here / usual)));
}

function missedNearby(track: readonly Track[], i: number): number {
  const near = track.slice(Math.max(0, i - NEARBY), i + NEARBY + 1);
  return near.filter((label) => label.cause === 'moved' || label.cause === 'held').length / near.length;
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

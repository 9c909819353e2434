/**
 * Which of the head's 15 x 15 answers is the animal: the likeliest, less what it would change in size and shape, and
 * more in the middle (SiamRPN, Li et al. 2018, section 4.3; constants of NanoTrack V3's `configv3.yaml`).
 */
import type { Size } from '../../vision/box.ts';
import type { Place } from './subwindow.ts';

/** Answers in a row and in a column. */
export const GRID = 15;
/** Between two answers, px of the search square. */
const STRIDE = 16;
/** Weight of the change of size and shape. */
const PENALTY = 0.138;
/** Weight of the distance from the middle. */
const WINDOW_INFLUENCE = 0.455;
/** How fast the size follows, where the answer is certain. */
const RATE = 0.348;

/** What the head says of a search square; places row by row. */
export interface Answers {
  /** `[2, GRID, GRID]`: logits of "not the animal" and "the animal". */
  readonly classes: Float32Array;
  /** `[4, GRID, GRID]`: px of the search square from the place to the box's left, top, right and bottom. */
  readonly distances: Float32Array;
}

/** The chosen answer; px of the search square. */
export interface Choice {
  /** Of the box's middle, from the square's middle. */
  readonly offset: Place;
  readonly size: Size;
  /** Softmax of the class, 0..1: falls when the animal is lost. */
  readonly score: number;
  /** How much of the new size is taken, 0..1. */
  readonly rate: number;
}

const hann = Float64Array.from(
  { length: GRID },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (GRID - 1)),
);

/** @param last size of the box before, px of the search square */
export function choose({ classes, distances }: Answers, last: Size): Choice {
  const places = GRID * GRID;
  let best: { rank: number; choice: Choice } | undefined;
  for (let place = 0; place < places; place++) {
    const [row, column] = [Math.floor(place / GRID), place % GRID];
    const distance = (side: number) => distances[side * places + place]!;
    const [left, top, right, bottom] = [distance(0), distance(1), distance(2), distance(3)];
    const size = { width: left + right, height: top + bottom };
    const score = 1 / (1 + Math.exp(classes[place]! - classes[places + place]!));
    const change = unlike(extentOf(size) / extentOf(last)) * unlike(shape(last) / shape(size));
    const likely = Math.exp((1 - change) * PENALTY) * score;
    const rank = likely * (1 - WINDOW_INFLUENCE) + hann[row]! * hann[column]! * WINDOW_INFLUENCE;
    if (best && !(rank > best.rank)) continue;
    const middle = (GRID - 1) / 2;
    const offset = {
      x: (column - middle) * STRIDE + (right - left) / 2,
      y: (row - middle) * STRIDE + (bottom - top) / 2,
    };
    best = { rank, choice: { offset, size, score, rate: likely * RATE } };
  }
  return best!.choice; // there are answers
}

/** Side of the square of a box with its surroundings: half of width and height is added to each. */
export function extentOf({ width, height }: Size): number {
  const around = (width + height) / 2;
  return Math.sqrt((width + around) * (height + around));
}

function shape({ width, height }: Size): number {
  return width / height;
}

/** 1 where both are alike, whichever is larger. */
function unlike(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}

/**
 * Makes training views of pictures: what the detector is shown later, and more of it. The tracker shows it square
 * regions around an animal, a seed search and the scores show it whole pictures; both are trained for.
 */

import type { Random } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { type Box, intersection } from '../../../pipeline/domain/vision/box.ts';
import { changeColours } from '../colour.ts';
import type { Target } from './assign.ts';
import type { LabelledBox } from './example.ts';
import { type Placement, type Pyramid, type Window, warp } from './warp.ts';

/** An example whose picture is decoded. */
export interface DecodedPicture {
  readonly pyramid: Pyramid;
  readonly boxes: readonly LabelledBox[];
}

/** What views are made. */
export interface DetectorViewMix {
  /** Share that shows a square around an animal; the others show the whole picture. */
  readonly region: number;
  /** Share of four pictures in one (Bochkovskiy et al. 2020, arXiv 2004.10934). */
  readonly mosaic: number;
  /** How much light and colour change, 0..1. */
  readonly colour: number;
}

/** A view, drawn: what the network is shown and what is to be found there. */
export interface DetectorView {
  /** `[side, side, 3]`, RGB */
  readonly pixels: Uint8ClampedArray;
  readonly targets: readonly Target[];
}

/** Share of the regions that are laid anywhere rather than around an animal: they teach what is none. */
const empty = 0.2;

/** A box of which less is to be seen is neither an animal nor background. */
const visibleEnough = 0.35;

/**
 * An automatic box is the detector's own: it tells that an animal is there, and little of where exactly. Learned in full,
 * its errors of a few pixels are learned too (Liu et al. 2021, arXiv 2102.09480, learn none of it).
 */
const automaticPlacement = 0.25;

/** What a view will show: one picture, or four for a mosaic; of each the region around an animal or all. */
export interface DetectorViewPlan {
  readonly colour: number;
  readonly tiles: readonly { readonly region: boolean }[];
}

/** Decides at random what a view will show. */
export function planDetectorView(
  { mosaic, region, colour }: DetectorViewMix,
  random: Random,
): DetectorViewPlan {
  const count = random.chance(mosaic) ? 4 : 1;
  return { colour, tiles: Array.from({ length: count }, () => ({ region: random.chance(region) })) };
}

/**
 * @param pictures as many as the plan has tiles
 * @param classes a label's place in it is the class number
 * @param side of the view, px
 */
export function makeDetectorView(
  plan: DetectorViewPlan,
  pictures: readonly DecodedPicture[],
  classes: readonly string[],
  side: number,
  random: Random,
): DetectorView {
  const pixels = new Uint8ClampedArray(side * side * 3);
  const windows =
    plan.tiles.length === 1 ? [{ x: 0, y: 0, width: side, height: side }] : quarters(side, random);
  const targets = plan.tiles.flatMap(({ region }, i) =>
    place(pictures[i]!, windows[i]!, region, pixels, side, classes, random),
  );
  changeColours(pixels, plan.colour, random);
  return { pixels, targets };
}

/** Four windows that meet somewhere near the middle. */
function quarters(side: number, random: Random): Window[] {
  const x = Math.round(random.between(0.35, 0.65) * side);
  const y = Math.round(random.between(0.35, 0.65) * side);
  return [
    { x: 0, y: 0, width: x, height: y },
    { x, y: 0, width: side - x, height: y },
    { x: 0, y, width: x, height: side - y },
    { x, y, width: side - x, height: side - y },
  ];
}

/** Draws a picture into a window of the view and gives the boxes that are to be seen there. */
function place(
  picture: DecodedPicture,
  window: Window,
  region: boolean,
  pixels: Uint8ClampedArray,
  side: number,
  classes: readonly string[],
  random: Random,
): Target[] {
  const placement = placementOf(picture, window, region, random);
  const blur = random.chance(0.12) ? 1 : 0;
  warp(picture.pyramid, placement, pixels, side, window, blur);
  return picture.boxes.flatMap(({ box, label, weight, isAutomatic = false }) => {
    const moved = toView(box, placement, window);
    const seen = intersection(moved, [window.x, window.y, window.width, window.height]);
    if (seen <= 4) return [];
    const visible = seen / (moved[2] * moved[3]);
    const shown = cut(moved, window);
    return [
      {
        box: shown,
        label: classes.indexOf(label),
        weight: visible < visibleEnough ? 0 : weight,
        placement: isAutomatic ? automaticPlacement : 1,
      },
    ];
  });
}

function placementOf(picture: DecodedPicture, window: Window, region: boolean, random: Random): Placement {
  const animals = picture.boxes.filter(({ weight }) => weight > 0);
  if (!region) return wholePicture(picture, window, random);
  if (animals.length === 0 || random.chance(empty)) return anywhere(picture, window, random);
  return aroundAnimal(picture, random.pick(animals).box, window, random);
}

/** A square in which the animal's longer side takes from a ninth to nearly all. */
function aroundAnimal({ pyramid }: DecodedPicture, box: Box, window: Window, random: Random): Placement {
  const picture = pyramid[0]!;
  const longest = Math.max(box[2], box[3]);
  const share = random.logBetween(0.15, 0.8);
  // Neither more than the picture has nor blown up beyond recognition.
  const most = Math.max(picture.width, picture.height);
  const region = Math.min(Math.max(longest / share, 128), Math.max(most, longest * 1.2));
  const scale = region / Math.max(window.width, window.height);
  const [scaleX, scaleY] = stretched(scale, random);
  const width = window.width * scaleX;
  const height = window.height * scaleY;
  // The animal lies anywhere in the region, now and then a little over its edge.
  const left = offset(box[0], box[2], width, picture.width, random);
  const top = offset(box[1], box[3], height, picture.height, random);
  return { left, top, scaleX, scaleY, flip: random.chance(0.5) };
}

/** A square of the picture wherever it falls: mostly what this camera sees without an animal. */
function anywhere({ pyramid }: DecodedPicture, window: Window, random: Random): Placement {
  const { width, height } = pyramid[0]!;
  const region = Math.max(128, random.logBetween(0.3, 1) * Math.max(width, height));
  const [scaleX, scaleY] = stretched(region / Math.max(window.width, window.height), random);
  const within = (length: number, seen: number) => (length - seen) * random.next();
  return {
    left: within(width, window.width * scaleX),
    top: within(height, window.height * scaleY),
    scaleX,
    scaleY,
    flip: random.chance(0.5),
  };
}

/** Start of an interval of `length` that holds most of `[start, start + size]`, mostly inside the picture. */
function offset(start: number, size: number, length: number, picture: number, random: Random): number {
  const over = 0.15 * Math.min(size, length);
  const low = start + size - length - over;
  const high = start + over;
  const from = random.between(Math.min(low, high), Math.max(low, high));
  const inside = Math.max(0, Math.min(from, picture - length));
  return random.chance(0.85) && length <= picture ? inside : from;
}

/** The picture as the letterbox shows it, with its scale and place a little changed. */
function wholePicture({ pyramid }: DecodedPicture, window: Window, random: Random): Placement {
  const { width, height } = pyramid[0]!;
  const fit = Math.max(width / window.width, height / window.height);
  const [scaleX, scaleY] = stretched(fit * random.logBetween(0.7, 1.4), random);
  const slackX = window.width * scaleX - width;
  const slackY = window.height * scaleY - height;
  // A letterbox has its picture at the top left; half of the views do.
  const share = () => (random.chance(0.5) ? 0 : random.next());
  return {
    left: slackX > 0 ? -share() * slackX : random.next() * -slackX,
    top: slackY > 0 ? -share() * slackY : random.next() * -slackY,
    scaleX,
    scaleY,
    flip: random.chance(0.5),
  };
}

function stretched(scale: number, random: Random): [number, number] {
  const stretch = Math.sqrt(random.logBetween(0.85, 1.18));
  return [scale * stretch, scale / stretch];
}

function toView([x, y, w, h]: Box, { left, top, scaleX, scaleY, flip }: Placement, window: Window): Box {
  const width = w / scaleX;
  const fromLeft = (x - left) / scaleX;
  const viewX = flip ? window.width - fromLeft - width : fromLeft;
  return [window.x + viewX, window.y + (y - top) / scaleY, width, h / scaleY];
}

function cut([x, y, w, h]: Box, window: Window): Box {
  const left = Math.max(x, window.x);
  const top = Math.max(y, window.y);
  return [
    left,
    top,
    Math.min(x + w, window.x + window.width) - left,
    Math.min(y + h, window.y + window.height) - top,
  ];
}

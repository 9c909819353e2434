/**
 * YOLOX's loss and its gradient with respect to the network's raw output, on plain numbers: the same on every
 * backend, and checked by differences in its test. The backend only carries the gradient back through the layers.
 */
import { type Position, sigmoid } from '../../../pipeline/domain/models/detector/decode.ts';
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { assign, type Target } from './assign.ts';

/** `total` is what is minimised. */
export interface LossParts {
  readonly total: number;
  /** {@link boxGain} times 1 - IoU², and the distance (L1) to the box in offset and log size. */
  readonly box: number;
  readonly objectness: number;
  readonly class: number;
}

/** Sums over the assigned positions: those of several batches can be added up. */
export interface Loss extends LossParts {
  /** Of the assigned positions, added up. */
  readonly weight: number;
  /** d total / d raw, same length as `raw`. */
  readonly gradient: Float32Array;
}

const boxGain = 5;

/** Objectness below which the class of a background position is not worth the sum. */
const leastSeen = 1e-3;

/**
 * @param raw `[views, positions, 5 + classes]`
 * @param targets of each view
 */
export function detectionLoss(
  raw: Float32Array,
  positions: readonly Position[],
  targets: readonly (readonly Target[])[],
  classes: number,
): Loss {
  const width = 5 + classes;
  const perView = positions.length * width;
  const gradient = new Float32Array(raw.length);
  const sums = { box: 0, objectness: 0, class: 0 };
  const views = targets.map((wanted, v) => {
    const view = raw.subarray(v * perView, (v + 1) * perView);
    return {
      view,
      wanted,
      slope: gradient.subarray(v * perView, (v + 1) * perView),
      assigned: assign(view, width, positions, wanted),
    };
  });
  const weights = views.flatMap(({ assigned }) => assigned.map(({ target }) => target.weight));
  const weight = weights.reduce((sum, value) => sum + value, 0);

  for (const { view, wanted, slope, assigned } of views) {
    const objectnessWeights = backgroundWeights(positions, wanted);
    const objectnessTargets = new Float32Array(positions.length);
    for (const { position, target, iou } of assigned) {
      objectnessWeights[position] = target.weight;
      objectnessTargets[position] = 1;
      const at = position * width;
      const share = target.weight;
      const placed = share * (target.placement ?? 1);
      sums.box += addOverlapLoss(view, slope, at, positions[position]!, target, placed * boxGain);
      sums.box += addDistanceLoss(view, slope, at, positions[position]!, target, placed);
      for (let c = 0; c < classes; c += 1) {
        // The class says how good the box is, too: its target is the overlap (YOLOX, as in varifocal loss).
        const wish = c === target.label ? iou : 0;
        sums.class += addCrossEntropy(view, slope, at + 5 + c, wish, share);
      }
    }
    for (let p = 0; p < positions.length; p += 1) {
      const counted = objectnessWeights[p]!;
      if (counted === 0) continue;
      const at = p * width;
      sums.objectness += addCrossEntropy(view, slope, at + 4, objectnessTargets[p]!, counted);
      // YOLOX teaches the class at assigned positions only: with one class it would never see what is none.
      const seen = sigmoid(view[at + 4]!);
      if (seen < leastSeen || objectnessTargets[p] === 1) continue;
      if (wanted.some(({ box }) => covers(box, positions[p]!))) continue;
      for (let c = 0; c < classes; c += 1) {
        sums.class += addCrossEntropy(view, slope, at + 5 + c, 0, counted * seen);
      }
    }
  }
  return { ...sums, total: sums.box + sums.objectness + sums.class, weight, gradient };
}

/** How much each position counts as background: 1, but in a doubtful box only as much as the box does. */
function backgroundWeights(positions: readonly Position[], targets: readonly Target[]): Float32Array {
  const weights = new Float32Array(positions.length).fill(1);
  const doubtful = targets.filter(({ weight }) => weight < 1);
  if (doubtful.length === 0) return weights;
  positions.forEach((position, p) => {
    for (const { box, weight } of doubtful) {
      if (covers(box, position)) weights[p] = Math.min(weights[p]!, weight);
    }
  });
  return weights;
}

/** Whether the centre of the position's cell lies in the box. */
function covers([left, top, w, h]: Box, { x, y, stride }: Position): boolean {
  const dx = (x + 0.5) * stride - left;
  const dy = (y + 0.5) * stride - top;
  return dx > 0 && dx < w && dy > 0 && dy < h;
}

/** Binary cross-entropy of the logit at `at`; adds its slope, returns its value, both times `weight`. */
function addCrossEntropy(
  raw: Float32Array,
  slope: Float32Array,
  at: number,
  wish: number,
  weight: number,
): number {
  const x = raw[at]!;
  slope[at] = slope[at]! + weight * (sigmoid(x) - wish);
  return weight * (Math.max(x, 0) - x * wish + Math.log1p(Math.exp(-Math.abs(x))));
}

/** 1 - IoU² (YOLOX's IoU loss); adds its slope with respect to offset and log size, returns its value. */
function addOverlapLoss(
  raw: Float32Array,
  slope: Float32Array,
  at: number,
  { x, y, stride }: Position,
  { box }: Target,
  weight: number,
): number {
  const w = Math.exp(raw[at + 2]!) * stride;
  const h = Math.exp(raw[at + 3]!) * stride;
  const horizontal = overlap((raw[at]! + x) * stride, w, box[0], box[2]);
  const vertical = overlap((raw[at + 1]! + y) * stride, h, box[1], box[3]);
  const both = Math.max(0, horizontal.length) * Math.max(0, vertical.length);
  const union = w * h + box[2] * box[3] - both;
  const iou = both / union;
  if (both > 0) {
    // d IoU = ((U + I) dI - I dA) / U², with I the intersection, A the box' own area, U the union.
    const d = (dBoth: number, dArea: number) => ((union + both) * dBoth - both * dArea) / union ** 2;
    const out = -2 * iou * weight;
    slope[at] = slope[at]! + out * d(horizontal.perCentre * vertical.length, 0) * stride;
    slope[at + 1] = slope[at + 1]! + out * d(vertical.perCentre * horizontal.length, 0) * stride;
    slope[at + 2] = slope[at + 2]! + out * d(horizontal.perSize * vertical.length, h) * w;
    slope[at + 3] = slope[at + 3]! + out * d(vertical.perSize * horizontal.length, w) * h;
  }
  return weight * (1 - iou * iou);
}

/**
 * Sum of |raw - wish| over the four numbers of a box (YOLOX's L1 loss); adds its slope, returns its value. It pulls
 * where the overlap's slope is small: at no or little overlap, and at the very end.
 */
function addDistanceLoss(
  raw: Float32Array,
  slope: Float32Array,
  at: number,
  { x, y, stride }: Position,
  { box: [left, top, w, h] }: Target,
  weight: number,
): number {
  const wishes = [
    (left + w / 2) / stride - x,
    (top + h / 2) / stride - y,
    Math.log(w / stride),
    Math.log(h / stride),
  ];
  let sum = 0;
  wishes.forEach((wish, i) => {
    const off = raw[at + i]! - wish;
    slope[at + i] = slope[at + i]! + weight * Math.sign(off);
    sum += weight * Math.abs(off);
  });
  return sum;
}

/** Length that two intervals share, and how it changes as the first is moved or grows about its centre. */
function overlap(
  centre: number,
  size: number,
  from: number,
  length: number,
): { length: number; perCentre: number; perSize: number } {
  const startMoves = centre - size / 2 > from ? 1 : 0;
  const endMoves = centre + size / 2 < from + length ? 1 : 0;
  const end = Math.min(centre + size / 2, from + length);
  return {
    length: end - Math.max(centre - size / 2, from),
    perCentre: endMoves - startMoves,
    perSize: (endMoves + startMoves) / 2,
  };
}

/**
 * Which positions of the network answer for which box: SimOTA (Ge et al. 2021, arXiv 2107.08430, section 2.3;
 * Megvii's `yolo_head.py`). Plain numbers in and out.
 */
import { decodeBox, type Position, sigmoid } from '../../../pipeline/domain/models/detector/decode.ts';
import { type Box, iou } from '../../../pipeline/domain/vision/box.ts';

/** A box that is to be found in a view. */
export interface Target {
  /** px of the view */
  readonly box: Box;
  /** Number of the class. */
  readonly label: number;
  /** 0..1; where it is 0, nothing is learnt inside the box. */
  readonly weight: number;
  /** How much it counts where the box lies, against that it is there, 0..1; 1 where not given. */
  readonly placement?: number;
}

/** A position of the network that answers for a box. */
export interface Assignment {
  readonly position: number;
  readonly target: Target;
  /** Overlap of the position's box with the target's, before this step. */
  readonly iou: number;
}

/** A position may answer for a box whose centre is at most this many strides away. */
const centreRadius = 2.5;
/** Weight of the overlap against the class in the cost. */
const iouCost = 3;
/** The sum of this many best overlaps is the number of positions that a box gets. */
const countedOverlaps = 10;
/** Cost of a position that is not both inside the box and near its centre: taken only where others are missing. */
const outsideCost = 1e5;

interface Candidate {
  readonly position: number;
  readonly iou: number;
  readonly cost: number;
}

/**
 * @param raw `[positions, width]` of one view, as the network gave it
 * @param width 5 + classes
 */
export function assign(
  raw: Float32Array,
  width: number,
  positions: readonly Position[],
  targets: readonly Target[],
): readonly Assignment[] {
  const taken = new Map<number, Candidate & { readonly target: Target }>();
  for (const target of targets) {
    if (target.weight === 0) continue;
    const found = candidates(raw, width, positions, target);
    const overlaps = found.map((c) => c.iou).sort((a, b) => b - a);
    const sum = overlaps.slice(0, countedOverlaps).reduce((total, value) => total + value, 0);
    const count = Math.max(1, Math.trunc(sum));
    // Equal costs go by position, so that the outcome is the same everywhere.
    found.sort((a, b) => a.cost - b.cost || a.position - b.position);
    for (const candidate of found.slice(0, count)) {
      const rival = taken.get(candidate.position);
      if (!rival || candidate.cost < rival.cost) taken.set(candidate.position, { ...candidate, target });
    }
  }
  return [...taken.values()].sort((a, b) => a.position - b.position);
}

/** The positions inside the box or near its centre, with what it would cost to take each. */
function candidates(
  raw: Float32Array,
  width: number,
  positions: readonly Position[],
  { box, label }: Target,
): Candidate[] {
  const [left, top, w, h] = box;
  const result: Candidate[] = [];
  positions.forEach((position, p) => {
    const x = (position.x + 0.5) * position.stride;
    const y = (position.y + 0.5) * position.stride;
    const inside = x > left && x < left + w && y > top && y < top + h;
    const reach = centreRadius * position.stride;
    const near = Math.abs(x - left - w / 2) < reach && Math.abs(y - top - h / 2) < reach;
    if (!inside && !near) return;
    const at = p * width;
    const overlap = iou(decodeBox(raw, at, position), box);
    const objectness = sigmoid(raw[at + 4]!);
    let classCost = 0;
    for (let c = 0; c < width - 5; c += 1) {
      const score = Math.sqrt(objectness * sigmoid(raw[at + 5 + c]!));
      classCost -= Math.log(Math.max(c === label ? score : 1 - score, 1e-9));
    }
    const cost = classCost - iouCost * Math.log(overlap + 1e-8) + (inside && near ? 0 : outsideCost);
    result.push({ position: p, iou: overlap, cost });
  });
  return result;
}

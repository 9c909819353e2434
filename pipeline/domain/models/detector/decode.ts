/** From the raw numbers of a network to boxes: YOLOX's decoding, scores, and which of them to keep. */
import { type Box, clip } from '../../vision/box.ts';
import { suppress } from './nms.ts';

/** A box that a detector found. */
export interface Detection {
  /** px of the picture that was given. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly label: string;
}

/** The centre of a position's cell is at `((x + 0.5) * stride, (y + 0.5) * stride)` px. */
export interface Position {
  readonly x: number;
  readonly y: number;
  /** px */
  readonly stride: number;
}

/** How the numbers of a network are read. */
export interface DetectionDecoding {
  readonly positions: readonly Position[];
  /** Label of each class channel; several channels may share one, and the best of them counts. */
  readonly outputs: readonly string[];
  /** Boxes below are dropped. */
  readonly minScore: number;
  /** Of the square input, px: boxes are cut to it. */
  readonly side: number;
}

/** Boxes with a lower score do not vote on where a better box lies, however few boxes are asked for. */
const leastVote = 0.01;

/** Positions of a network's output in their order. */
export function positionsOf(side: number, strides: readonly number[]): readonly Position[] {
  return strides.flatMap((stride) => {
    const cells = side / stride;
    return Array.from({ length: cells * cells }, (_, i) => ({
      x: i % cells,
      y: Math.trunc(i / cells),
      stride,
    }));
  });
}

/**
 * The boxes of one picture, best first.
 *
 * @param raw `[positions, 5 + classes]`, row by row, as `Network.model` gives it
 */
export function decodeDetections(raw: Float32Array, options: DetectionDecoding): readonly Detection[] {
  const { outputs, positions, minScore, side } = options;
  const least = Math.min(minScore, leastVote);
  const width = 5 + outputs.length;
  const found: Detection[] = [];
  positions.forEach((position, p) => {
    const at = p * width;
    const objectness = sigmoid(raw[at + 4]!);
    if (objectness < least) return; // its product with a class score of at most 1 is below, too
    const best = new Map<string, number>();
    outputs.forEach((label, c) => {
      const score = objectness * sigmoid(raw[at + 5 + c]!);
      if (score >= least && score > (best.get(label) ?? 0)) best.set(label, score);
    });
    if (best.size === 0) return;
    const box = clip(decodeBox(raw, at, position), { width: side, height: side });
    if (box === null) return;
    for (const [label, score] of best) found.push({ box, score, label });
  });
  return suppress(found, minScore);
}

/** The box at `raw[at .. at + 3]`: centre offset and log size in strides. */
export function decodeBox(raw: Float32Array, at: number, { x, y, stride }: Position): Box {
  const w = Math.exp(raw[at + 2]!) * stride;
  const h = Math.exp(raw[at + 3]!) * stride;
  return [(raw[at]! + x) * stride - w / 2, (raw[at + 1]! + y) * stride - h / 2, w, h];
}

/** A logit as a probability. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

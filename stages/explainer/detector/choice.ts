/** Which of a detector's thousands of boxes is explained: one position of its output, one class, before NMS. */

import {
  decodeBox,
  type Position,
  positionsOf,
  sigmoid,
} from '../../../pipeline/domain/models/detector/decode.ts';
import type { NetworkReading } from '../../../pipeline/domain/models/detector/detector.ts';
import { type Box, clip, iou } from '../../../pipeline/domain/vision/box.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';

/** The box that is explained. */
export interface Choice {
  /** Row of the output, and what it stands for. */
  readonly row: number;
  readonly position: Position;
  /** Class channel, from 0; the best one of its label. */
  readonly channel: number;
  readonly label: string;
  /** px of the input, cut to it. */
  readonly box: Box;
  /** 0..1: objectness times class, before NMS and verifier. */
  readonly score: number;
  /** IoU with the box that was asked about; null where none was. */
  readonly iou: number | null;
}

/**
 * The position whose box best matches the one asked about (IoU x score), or the best one of all. A box that the
 * detector would not report is explained as well: then the map tells what little there was for it.
 *
 * @param raw `[positions, 5 + classes]`, as `Network.model` gives it
 * @param asked px of the input
 * @param label that the box must have; null: any
 * @returns null where no box meets the one asked about
 */
export function choose(
  raw: Float32Array,
  reading: NetworkReading,
  asked: Box | null,
  label: string | null = null,
): Choice | null {
  const { side, strides, outputs } = reading;
  const width = 5 + outputs.length;
  const channels = [...outputs.keys()].filter((channel) => label === null || outputs[channel] === label);
  if (channels.length === 0) {
    throw new PoisonError('the detector does not know the label that was asked about', {
      found: `${label}`,
      expected: `one of ${[...new Set(outputs)].join(', ')}`,
    });
  }
  let best: Choice | null = null;
  let bestMatch = 0;
  for (const [row, position] of positionsOf(side, strides).entries()) {
    const at = row * width;
    const box = clip(decodeBox(raw, at, position), { width: side, height: side });
    if (box === null) continue;
    const channel = channels.reduce((top, next) => (raw[at + 5 + next]! > raw[at + 5 + top]! ? next : top));
    const score = sigmoid(raw[at + 4]!) * sigmoid(raw[at + 5 + channel]!);
    const overlap = asked === null ? null : iou(box, asked);
    const match = (overlap ?? 1) * score;
    if (match <= bestMatch) continue;
    bestMatch = match;
    best = { row, position, channel, label: outputs[channel]!, box, score, iou: overlap };
  }
  return best;
}

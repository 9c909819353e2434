/**
 * YOLOX-nano's neck and head on MobileNetV2: a start from ImageNet weights, where a detector's own weights
 * (COCO) are not there. Neck and head are random at first.
 */
import { mobileNetBody } from '../mobilenet/body.ts';
import type { DetectorNetwork } from '../network/detector-network.ts';
import { Yolox } from '../yolox/yolox.ts';

/** Before the names of the body's layers. */
export const bodyPrefix = 'backbone/';

/** @param side of the input, px, a multiple of 32 */
export function buildMobileNetYolox(
  alpha: number,
  side: number,
  classes: number,
  seed: number,
): DetectorNetwork {
  const yolox = new Yolox({ depth: 0.33, width: 0.25, depthwise: true }, seed);
  const { input, scaled } = yolox.graph.image(side, 1 / 127.5, -1);
  return yolox.network(input, mobileNetBody(scaled, { alpha, seed, prefix: bodyPrefix }), classes);
}

/** The detector networks by name. All take and give the same; see {@link DetectorNetwork}. */
import { FatalError } from '../../../runtime/errors.ts';
import type { DetectorNetwork } from '../network/detector-network.ts';
import { buildYolox } from '../yolox/yolox.ts';
import { buildMobileNetYolox } from './mobilenet-yolox.ts';
import { buildTiny } from './tiny.ts';

/** Every network that a detector's card may name. */
export const detectorNetworkNames = [
  'yolox-nano',
  'yolox-tiny',
  'mobilenet-yolox',
  'mobilenet-yolox-0.35',
  'tiny',
] as const;
export type DetectorNetworkName = (typeof detectorNetworkNames)[number];

/** Strides of each network, for reading the output of a stored one. */
export const detectorStrides: Readonly<Record<DetectorNetworkName, readonly number[]>> = {
  'yolox-nano': [8, 16, 32],
  'yolox-tiny': [8, 16, 32],
  'mobilenet-yolox': [8, 16, 32],
  'mobilenet-yolox-0.35': [8, 16, 32],
  tiny: [16, 32],
};

/**
 * A network with a random start (He); the same seed gives the same weights on every backend.
 *
 * @param side of the input, px
 * @throws FatalError where the side is no multiple of 32
 */
export function buildDetectorNetwork(
  name: DetectorNetworkName,
  side: number,
  classes: number,
  seed: number,
): DetectorNetwork {
  if (!Number.isInteger(side / 32) || side < 64) {
    throw new FatalError('the network cannot have this input side', {
      found: `${side} px`,
      expected: 'a multiple of 32, at least 64',
    });
  }
  switch (name) {
    case 'yolox-nano':
      return buildYolox({ depth: 0.33, width: 0.25, depthwise: true }, side, classes, seed);
    case 'yolox-tiny':
      return buildYolox({ depth: 0.33, width: 0.375, depthwise: false }, side, classes, seed);
    case 'mobilenet-yolox':
      return buildMobileNetYolox(1, side, classes, seed);
    case 'mobilenet-yolox-0.35':
      return buildMobileNetYolox(0.35, side, classes, seed);
    case 'tiny':
      return buildTiny(side, classes, seed);
  }
}

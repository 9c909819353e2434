/** The detector networks by name. All take and give the same; see {@link Network}. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FatalError } from '../../../runtime/errors.ts';
import { buildMobileNetYolox } from './mobilenet-yolox.ts';
import { buildTiny } from './tiny.ts';
import { buildYolox } from './yolox.ts';

export const networkNames = [
  'yolox-nano',
  'yolox-tiny',
  'mobilenet-yolox',
  'mobilenet-yolox-0.35',
  'tiny',
] as const;
export type NetworkName = (typeof networkNames)[number];

export interface Network {
  /**
   * Input `[batch, side, side, 3]`, RGB 0..255. Output `[batch, positions, 5 + classes]`, raw: centre offset x
   * and y and log width and height in strides (`../decode.ts`), then the logits of "an object is here" and of
   * each class. Layers are named `backbone/…`, `neck/…` and `head<stride>/…`.
   */
  readonly model: LayersModel;
  /** px; positions are row by row in a stride, one stride after the other. */
  readonly strides: readonly number[];
}

/** Strides of each network, for reading the output of a stored one. */
export const networkStrides: Readonly<Record<NetworkName, readonly number[]>> = {
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
export function buildNetwork(name: NetworkName, side: number, classes: number, seed: number): Network {
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

/** Runs a model with one output on values; unlike `predict`, it can be differentiated. The caller disposes. */
export function forward(model: LayersModel, input: Tensor | Tensor[]): Tensor {
  return model.apply(input) as Tensor; // values in, values out; symbols in would give symbols
}

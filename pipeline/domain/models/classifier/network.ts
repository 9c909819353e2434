/** The classifier: MobileNetV2 that ends in global average pooling and one dense layer, which is what CAM needs. */
import * as tfl from '@tensorflow/tfjs-layers';
import { FatalError } from '../../../runtime/errors.ts';
import { lastConvolution, mobileNetBody } from '../mobilenet/body.ts';
import { apply } from '../network/graph.ts';

/** Layers that explanations and training ask for by name. */
export const lastMapsLayer = lastConvolution;
/** The means of the last maps, `[batch, channels]`. */
export const pooledLayer = 'pooled';
/** The logits, `[batch, classes]`. */
export const scoresLayer = 'scores';

/** What is to be built. */
export interface ClassifierShape {
  /** Multiplies the channels; keras.applications has 0.35, 0.5, 0.75, 1, 1.3 and 1.4. */
  readonly alpha: number;
  /** Of the square input, px; a multiple of 32. */
  readonly side: number;
  readonly classes: number;
  /** Of the random start. */
  readonly seed: number;
}

/**
 * Input `[batch, side, side, 3]`, RGB 0..255. Output `[batch, classes]`: logits.
 *
 * @throws FatalError where the side is no multiple of 32
 */
export function buildClassifierNetwork({ alpha, side, classes, seed }: ClassifierShape): tfl.LayersModel {
  if (!Number.isInteger(side / 32) || side < 32) {
    const facts = { found: `${side} px`, expected: 'a multiple of 32' };
    throw new FatalError('MobileNetV2 cannot have this input side', facts);
  }
  const input = tfl.input({ shape: [side, side, 3], name: 'image' });
  const scaled = apply(tfl.layers.rescaling({ scale: 1 / 127.5, offset: -1, name: 'to_unit' }), input);
  const [, , maps] = mobileNetBody(scaled, { alpha, seed });
  const pooled = apply(tfl.layers.globalAveragePooling2d({ name: pooledLayer }), maps);
  const start = tfl.initializers.glorotUniform({ seed });
  const scores = tfl.layers.dense({ units: classes, name: scoresLayer, kernelInitializer: start });
  return tfl.model({ inputs: input, outputs: apply(scores, pooled), name: `mobilenet-v2-${alpha}` });
}

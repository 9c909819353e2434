/** A question about a picture, ready to be answered with any method: what methods and measures need of a model. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Size } from '../../pipeline/domain/vision/box.ts';
import type { HeatMap } from './maps.ts';
import type { AnyMethodName } from './method/method.ts';

/** How a model is asked about changed copies of the picture: the network stays a black box. */
export interface Probe {
  /** Of the square that the network is shown, px. */
  readonly side: number;
  /** `[1, side, side, 3]`, RGB 0..255. */
  readonly picture: tf.Tensor4D;
  /** The part of the square, from its top left, that shows the picture; the rest is padding. px */
  readonly covered: Size;
  /** Level of the grey that tells the network least, 0..255. */
  readonly neutral: number;
  /**
   * How sure the model is, of each picture, of what it was asked about, 0..1.
   * @param pictures `[batch, side, side, 3]`, RGB 0..255; stay the caller's
   */
  scores(pictures: tf.Tensor4D): Promise<Float32Array>;
}

/** `quick` takes fewer masks: for maps that are only compared with each other. */
export type Effort = 'full' | 'quick';

/** A question to a model about a picture; `detector/case.ts` and `classifier/case.ts` are the two kinds. */
export interface Case {
  readonly model: LayersModel;
  /** The layer whose feature maps are used. */
  readonly layer: string;
  readonly probe: Probe;
  /** The model's answer by its weights as they are now, over the whole square. */
  map(method: AnyMethodName, effort?: Effort): Promise<HeatMap>;
}

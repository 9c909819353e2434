/** What every detector's network takes and gives. */
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A network with a random start, or with the weights that were set. */
export interface DetectorNetwork {
  /**
   * Input `[batch, side, side, 3]`, RGB 0..255. Output `[batch, positions, 5 + classes]`, raw: centre offset x
   * and y and log width and height in strides (`../detector/decode.ts`), then the logits of "an object is here" and of
   * each class. Layers are named `backbone/…`, `neck/…` and `head<stride>/…`.
   */
  readonly model: LayersModel;
  /** px; positions are row by row in a stride, one stride after the other. */
  readonly strides: readonly number[];
}

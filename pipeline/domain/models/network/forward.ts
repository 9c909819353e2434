/** Runs a network's layers. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Runs a model with one output on values; unlike `predict`, it can be differentiated. The caller disposes. */
export function forward(model: LayersModel, input: Tensor | Tensor[]): Tensor {
  return model.apply(input) as Tensor; // values in, values out; symbols in would give symbols
}

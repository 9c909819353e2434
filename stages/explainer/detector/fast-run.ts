/**
 * The run of a detector's network that explanations start from, as fast as the backend has it: TensorFlow runs the frozen
 * network in a third of the time of its layers, and gives the maps before each head beside the output.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Detector } from '../../../pipeline/domain/models/detector/detector.ts';
import {
  type TensorsInference,
  tensorsInferenceOf,
} from '../../../pipeline/domain/models/frozen/inference.ts';
import { Trace } from '../trace.ts';
import { layerBefore } from './heads.ts';

/** By the weights that the detector had when this was opened. Dispose of it. */
export class FastRun {
  readonly #detector: Detector;
  readonly #tensors: readonly SymbolicTensor[];
  readonly #inference: TensorsInference;

  private constructor(detector: Detector, tensors: readonly SymbolicTensor[], inference: TensorsInference) {
    this.#detector = detector;
    this.#tensors = tensors;
    this.#inference = inference;
  }

  /** null where the backend has nothing faster than the layers. */
  static async open(detector: Detector): Promise<FastRun | null> {
    const { model, reading } = detector;
    const before = reading.strides.map(
      (stride) => model.getLayer(layerBefore(model, `head${stride}/`)).output,
    );
    const tensors = [...model.outputs, ...before.flat()];
    const inference = await tensorsInferenceOf(model, tensors);
    return inference && new FastRun(detector, tensors, inference);
  }

  /** Has the output and the maps before each head. @param input stays the caller's */
  trace(input: Tensor4D): Trace {
    const values = tidy(() => this.#inference.run(input));
    const known = new Map(this.#tensors.map((tensor, i) => [tensor, values[i]!])); // one each
    return new Trace(this.#detector.model, input, known);
  }

  dispose(): void {
    this.#inference.dispose();
  }
}

/**
 * AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) and a running mean of the weights, on plain arrays: the
 * same on every backend, ready to be stored, and nothing on the backend to leak.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export interface OptimiserOptions {
  /** Towards zero per step and unit of rate; kernels only, biases have none. */
  readonly weightDecay: number;
  /** Longest gradient (L2 over all weights); longer ones are shortened. */
  readonly maxGradient: number;
  /** Share of the running mean that a step leaves, at the end; early steps leave less. */
  readonly averaging: number;
  /**
   * Share of the start in the weights that are kept, 0..1: what was known keeps its say, which makes few-shot
   * training both better and safer (WiSE-FT, Wortsman et al. 2022, arXiv 2109.01903).
   */
  readonly startShare: number;
}

interface Slot {
  readonly variable: tf.Variable;
  readonly values: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  readonly average: Float32Array;
  readonly start: Float32Array;
  readonly decays: boolean;
}

const beta1 = 0.9;
const beta2 = 0.99;
const epsilon = 1e-8;

export class Optimiser {
  readonly #slots = new Map<string, Slot>();
  readonly #options: OptimiserOptions;
  #steps = 0;

  /** Takes all weights of the model, trained or not, as they are now. */
  constructor(model: LayersModel, options: OptimiserOptions) {
    this.#options = options;
    for (const variable of variablesOf(model)) {
      const values = variable.dataSync<'float32'>().slice();
      const zeros = () => new Float32Array(values.length);
      this.#slots.set(variable.name, {
        variable,
        values,
        mean: zeros(),
        square: zeros(),
        average: values.slice(),
        start: values.slice(),
        decays: variable.rank > 1,
      });
    }
  }

  /**
   * @param gradients by the names of variables; the others stay as they are
   * @param rate of learning
   * @returns the gradient's length before it was shortened
   */
  step(gradients: Readonly<Record<string, tf.Tensor>>, rate: number): number {
    this.#steps += 1;
    const { weightDecay, maxGradient } = this.#options;
    const values = Object.entries(gradients).map(
      ([name, gradient]) => [this.#slots.get(name), gradient.dataSync<'float32'>()] as const,
    );
    const length = Math.sqrt(values.reduce((sum, [, gradient]) => sum + squareSum(gradient), 0));
    if (!Number.isFinite(length)) return length; // a step into nowhere is not taken
    const shorten = Math.min(1, maxGradient / (length + 1e-12));
    const debias1 = 1 - beta1 ** this.#steps;
    const debias2 = 1 - beta2 ** this.#steps;
    for (const [slot, gradient] of values) {
      if (!slot) continue;
      const { values: weights, mean, square } = slot;
      const decay = slot.decays ? 1 - rate * weightDecay : 1;
      for (let i = 0; i < weights.length; i += 1) {
        const g = gradient[i]! * shorten;
        const m = beta1 * mean[i]! + (1 - beta1) * g;
        const s = beta2 * square[i]! + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = s;
        weights[i] = weights[i]! * decay - (rate * (m / debias1)) / (Math.sqrt(s / debias2) + epsilon);
      }
      put(slot.variable, weights);
    }
    this.#average();
    return length;
  }

  /** Runs `read` with the weights to keep in the model, which has those of the last step back afterwards. */
  async withKept<T>(read: () => Promise<T>): Promise<T> {
    for (const slot of this.#slots.values()) put(slot.variable, this.#kept(slot));
    try {
      return await read();
    } finally {
      for (const { variable, values } of this.#slots.values()) put(variable, values);
    }
  }

  /** The weights to keep, by variable: running means, and a share of the start. */
  kept(): ReadonlyMap<string, Float32Array> {
    return new Map([...this.#slots].map(([name, slot]) => [name, this.#kept(slot)]));
  }

  #kept({ average, start }: Slot): Float32Array {
    const { startShare } = this.#options;
    return average.map((value, i) => value + startShare * (start[i]! - value));
  }

  #average(): void {
    // A young mean forgets its start faster (YOLOX's and YOLOv5's ramp, for hundreds of steps).
    const keep = Math.min(this.#options.averaging, (1 + this.#steps) / (10 + this.#steps));
    for (const { values, average } of this.#slots.values()) {
      for (let i = 0; i < average.length; i += 1) {
        average[i] = average[i]! + (1 - keep) * (values[i]! - average[i]!);
      }
    }
  }
}

/** Writes values into the model's variables by name. */
export function putWeights(model: LayersModel, weights: ReadonlyMap<string, Float32Array>): void {
  for (const variable of variablesOf(model)) {
    const values = weights.get(variable.name);
    if (values) put(variable, values);
  }
}

/** The backend's variables behind a model's weights. */
export function variablesOf(model: LayersModel): tf.Variable[] {
  // A layer's weight reads as the tfjs variable that holds it (tfjs-layers' LayerVariable.read).
  return model.weights.map((weight) => weight.read() as tf.Variable);
}

function put(variable: tf.Variable, values: Float32Array): void {
  // The backend may keep the array it is given, and ours change.
  tf.tidy(() => variable.assign(tf.tensor(values.slice(), variable.shape, 'float32')));
}

function squareSum(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

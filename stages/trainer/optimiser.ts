/**
 * AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) and a running mean of the weights, on plain arrays: the
 * same on every backend, ready to be stored, and nothing on the backend to leak.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** How weights move, and which are kept. */
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

/** A weight on its way. */
export interface SlotState {
  readonly start: Float32Array;
  readonly values: Float32Array;
  /** Running means of its values, its gradient and the gradient's square. */
  readonly average: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** All that steps have changed; the slots are the model's weights in its order. */
export interface OptimiserState {
  readonly steps: number;
  readonly slots: readonly SlotState[];
}

interface Slot extends SlotState {
  readonly variable: tf.Variable;
  readonly decays: boolean;
}

const beta1 = 0.9;
const beta2 = 0.99;
const epsilon = 1e-8;

/** Steps a model's weights along gradients, and averages them. */
export class Optimiser {
  readonly #slots = new Map<string, Slot>();
  readonly #options: OptimiserOptions;
  #steps = 0;

  /**
   * Takes all weights of the model, trained or not, as they are now; or goes on from a state, whose weights the model
   * is given.
   */
  constructor(model: LayersModel, options: OptimiserOptions, state?: OptimiserState) {
    this.#options = options;
    this.#steps = state?.steps ?? 0;
    for (const [i, variable] of variablesOf(model).entries()) {
      const slot = state?.slots[i] ?? fresh(variable.dataSync<'float32'>());
      this.#slots.set(variable.name, { ...slot, variable, decays: variable.rank > 1 });
      if (state) put(variable, slot.values);
    }
  }

  /** As it is now; the next step changes the arrays. */
  get state(): OptimiserState {
    return { steps: this.#steps, slots: [...this.#slots.values()] };
  }

  /**
   * @param gradients by the names of variables, d loss / d weight; the others stay as they are
   * @param rate of learning
   * @returns the gradient's length before it was shortened
   */
  step(gradients: ReadonlyMap<string, Float32Array>, rate: number): number {
    this.#steps += 1;
    const { weightDecay, maxGradient } = this.#options;
    const values = [...gradients].map(([name, gradient]) => [this.#slots.get(name), gradient] as const);
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
  async withAveraged<T>(read: () => Promise<T>): Promise<T> {
    for (const slot of this.#slots.values()) put(slot.variable, this.#averaged(slot));
    try {
      return await read();
    } finally {
      for (const { variable, values } of this.#slots.values()) put(variable, values);
    }
  }

  /** The weights to keep, in the model's order: running means, and a share of the start. */
  averagedWeights(): Float32Array[] {
    return [...this.#slots.values()].map((slot) => this.#averaged(slot));
  }

  #averaged({ average, start }: Slot): Float32Array {
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

/** Writes all weights of the model, in its order. */
export function putWeights(model: LayersModel, weights: readonly Float32Array[]): void {
  for (const [i, variable] of variablesOf(model).entries()) put(variable, weights[i]!);
}

/** Gradients as tfjs gives them, as plain values by the names of variables. */
export function valuesOf(gradients: tf.NamedTensorMap): Map<string, Float32Array> {
  return new Map(Object.entries(gradients).map(([name, gradient]) => [name, gradient.dataSync<'float32'>()]));
}

/** The backend's variables behind a model's weights. */
export function variablesOf(model: LayersModel): tf.Variable[] {
  // A layer's weight reads as the tfjs variable that holds it (tfjs-layers' LayerVariable.read).
  return model.weights.map((weight) => weight.read() as tf.Variable);
}

function fresh(weights: Float32Array): SlotState {
  const zeros = () => new Float32Array(weights.length);
  return {
    start: weights.slice(),
    values: weights.slice(),
    average: weights.slice(),
    mean: zeros(),
    square: zeros(),
  };
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

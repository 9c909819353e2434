/**
 * One picture's way through a network, with what every layer made of it. A score's gradient over one layer is taken by
 * running only what comes after that layer once more: nothing is trained, and no second model is made.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import type { Maps } from './maps.ts';

/** A number made of a network's output, differentiable. */
export type NetworkScore = (output: tf.Tensor) => tf.Scalar;

/** Values of a network's layers for one picture. Dispose of it. */
export class Trace {
  readonly #model: LayersModel;
  readonly #input: tf.Tensor;
  /** In the order in which they were made. */
  readonly #made: ReadonlyMap<SymbolicTensor, tf.Tensor>;

  /**
   * @param input of the model, a batch of one; stays the caller's
   * @param known what was made of it already, the output among it: nothing else is made then; the trace's from now on
   */
  constructor(
    model: LayersModel,
    input: tf.Tensor,
    known: ReadonlyMap<SymbolicTensor, tf.Tensor> = new Map(),
  ) {
    const made = new Map([[only(model.inputs), input], ...known]);
    tf.tidy(() => {
      run(only(model.outputs), made);
      return [...made.values()];
    });
    made.delete(only(model.inputs));
    this.#model = model;
    this.#input = input;
    this.#made = made;
  }

  get output(): tf.Tensor {
    return this.#made.get(only(this.#model.outputs))!; // the constructor ran the model to its output
  }

  /** @throws PoisonError where the model has no such layer, or one that does not give feature maps */
  async maps(layer: string): Promise<Maps> {
    return mapsOf(this.#at(layer).tensor);
  }

  /**
   * Of a score over a layer's feature maps: zero where the score does not depend on them.
   * @param scored what the score is made of, where that is a part of the output: only what leads there is run
   * @throws PoisonError as {@link maps}
   */
  async gradient(
    layer: string,
    score: NetworkScore,
    scored: SymbolicTensor = only(this.#model.outputs),
  ): Promise<Maps> {
    const { symbol, tensor } = this.#at(layer);
    const [input, output] = [only(this.#model.inputs), only(this.#model.outputs)];
    const after = dependents(symbol, symbolsTo(output));
    if (!after.has(scored)) return mapsOfZeros(tensor);
    const before = [...this.#made].filter(([other]) => !after.has(other));
    const scoreOf = (maps: tf.Tensor) =>
      score(run(scored, new Map([[input, this.#input], ...before, [symbol, maps]])));
    const gradient = tf.tidy(() => tf.grad(scoreOf)(tensor));
    try {
      return await mapsOf(gradient);
    } finally {
      gradient.dispose();
    }
  }

  dispose(): void {
    tf.dispose([...this.#made.values()]);
  }

  #at(layer: string): { symbol: SymbolicTensor; tensor: tf.Tensor } {
    const found = [...this.#made].find(([symbol]) => symbol.sourceLayer.name === layer);
    if (found?.[1].rank === 4) return { symbol: found[0], tensor: found[1] };
    const withMaps = [...this.#made.keys()].filter(({ rank }) => rank === 4).map((s) => s.sourceLayer.name);
    throw new PoisonError('a map can’t be drawn at this layer', {
      found: found ? `${layer}, which gives no feature maps` : `no layer ${layer}`,
      expected: `one of ${withMaps.join(', ')}`,
    });
  }
}

/**
 * The value of a symbol, made of what is known already; everything made on the way is added. Layers run as they do
 * in use: batch norm and dropout are fixed, so that a picture has one map.
 */
function run(symbol: SymbolicTensor, known: Map<SymbolicTensor, tf.Tensor>): tf.Tensor {
  const there = known.get(symbol);
  if (there) return there;
  const inputs = symbol.inputs.map((input) => run(input, known));
  const made = symbol.sourceLayer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.Tensor; // values in, values out; our layers have one output each
  known.set(symbol, made);
  return made;
}

/** All that a symbol is made of, and itself, in an order in which they can be made. */
function symbolsTo(symbol: SymbolicTensor, found = new Set<SymbolicTensor>()): ReadonlySet<SymbolicTensor> {
  if (found.has(symbol)) return found;
  for (const input of symbol.inputs) symbolsTo(input, found);
  return found.add(symbol);
}

/** The symbol, and all that is made of it. @param symbols in order: what a symbol is made of comes before it */
function dependents(
  symbol: SymbolicTensor,
  symbols: ReadonlySet<SymbolicTensor>,
): ReadonlySet<SymbolicTensor> {
  const found = new Set([symbol]);
  for (const other of symbols) {
    if (other.inputs.some((input) => found.has(input))) found.add(other);
  }
  return found;
}

async function mapsOf(tensor: tf.Tensor): Promise<Maps> {
  const [, height = 0, width = 0, channels = 0] = tensor.shape;
  return { values: Float32Array.from(await tensor.data()), height, width, channels };
}

function mapsOfZeros({ shape: [, height = 0, width = 0, channels = 0], size }: tf.Tensor): Maps {
  return { values: new Float32Array(size), height, width, channels };
}

function only(symbols: readonly SymbolicTensor[]): SymbolicTensor {
  const [first, second] = symbols;
  if (first && !second) return first;
  throw new PoisonError('the model can’t be explained', {
    found: `${symbols.length} inputs or outputs`,
    expected: 'one of each',
  });
}

/** Parts of a network forget what they learned: from the output down to the input. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { FatalError } from '../../../pipeline/runtime/errors.ts';

type Layer = layers.Layer;

/** Layers that are randomised in one step. */
export interface Block {
  /** For a person, e.g. `above neck/out4/out`. */
  readonly name: string;
  readonly layers: readonly Layer[];
}

/**
 * The layers with weights, top down: first all that come after `layer` (what a map that does not ask the output can't
 * notice), then the rest in `below` parts of as many layers each.
 */
export function blocksOf(model: LayersModel, layer: string, below: number): Block[] {
  const explained = model.layers.findIndex(({ name }) => name === layer);
  if (explained === -1) throw new FatalError('no such layer to start below', { found: layer });
  const after = above(model, layer);
  const weighted = model.layers.filter(({ weights }) => weights.length > 0).reverse();
  const rest = weighted.filter((candidate) => !after.has(candidate));
  const each = Math.max(1, Math.ceil(rest.length / below));
  const parts = Array.from({ length: Math.ceil(rest.length / each) }, (_, i): Block => {
    const part = rest.slice(i * each, (i + 1) * each);
    return { name: `down to ${part.at(-1)!.name}`, layers: part };
  });
  return [{ name: `above ${layer}`, layers: weighted.filter((candidate) => after.has(candidate)) }, ...parts];
}

/** All that is made of the layer's maps. Layers stand in the order in which they run. */
function above(model: LayersModel, layer: string): ReadonlySet<Layer> {
  const found = new Set<Layer>();
  for (const candidate of model.layers) {
    const inputs = candidate.inboundNodes.flatMap(({ inboundLayers }) => inboundLayers);
    if (inputs.some((input) => input.name === layer || found.has(input))) found.add(candidate);
  }
  return found;
}

/** New weights as at the start of a training (He et al. 2015); the same seed gives the same. */
export function randomise({ layers: block }: Block, seed: number): void {
  block.forEach((layer, i) => {
    tf.tidy(() => {
      layer.setWeights(
        layer.weights.map((weight, w) => fresh(weight.shape, weight.originalName, seed + 97 * i + w)),
      );
    });
  });
}

function fresh(shape: readonly (number | null)[], name: string, seed: number): tf.Tensor {
  const sides = shape.map((side) => side ?? 1);
  if (sides.length < 2) return /gamma|variance/.test(name) ? tf.ones(sides) : tf.zeros(sides);
  const inputs = sides.slice(0, -1).reduce((a, b) => a * b, 1);
  // A depthwise kernel is [k, k, channels, 1]: each output sees one channel.
  const fanIn = sides.length === 4 && sides[3] === 1 ? inputs / sides[2]! : inputs;
  return tf.truncatedNormal(sides, 0, Math.sqrt(2 / fanIn), 'float32', seed);
}

/** Does something with a model whose weights may be changed meanwhile; after it they are what they were. */
export async function withWeightsRestored<T>(model: LayersModel, work: () => Promise<T>): Promise<T> {
  const saved = model.layers.map((layer) => layer.getWeights().map((weight) => weight.clone()));
  try {
    return await work();
  } finally {
    model.layers.forEach((layer, i) => {
      if (saved[i]!.length > 0) layer.setWeights(saved[i]!);
    });
    tf.dispose(saved);
  }
}

/**
 * Inference as fast as the backend in use has it. On `native` and `gpu` the network is frozen into a TensorFlow
 * session: TensorFlow then sees the whole of it and makes one operation of convolution, bias and activation, brings
 * weights into the processor's order once, and needs no JavaScript between operations. On `wasm` the layers do.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { loadSavedModel, runsGraphs } from '../backend/native.ts';
import { forward } from '../network/forward.ts';
import { frozenGraph } from './graph.ts';
import { savedModel } from './saved-model.ts';

/** What a network gives for what it takes, without gradients. */
export interface Inference {
  /** To be called in a `tidy`. */
  run(input: Tensor): Tensor;
  /** The model stays. */
  dispose(): void;
}

/** May keep the model's weights as they are now: whoever changes them asks again. */
export async function inferenceOf(model: LayersModel): Promise<Inference> {
  return runsGraphs() ? sessionOf(model) : { run: (input) => forward(model, input), dispose: () => {} };
}

/** Values of several of a network's tensors at once, without gradients. */
export interface TensorsInference {
  /** To be called in a `tidy`. @returns in the order in which the tensors were asked for */
  run(input: Tensor): Tensor[];
  /** The model stays. */
  dispose(): void;
}

/** As {@link inferenceOf}; null where the backend runs no graphs: there the layers give all that anybody asks for. */
export async function tensorsInferenceOf(
  model: LayersModel,
  tensors: readonly SymbolicTensor[],
): Promise<TensorsInference | null> {
  return runsGraphs() ? tensorsSessionOf(model, tensors) : null;
}

async function sessionOf(model: LayersModel): Promise<Inference> {
  const session = await tensorsSessionOf(model, model.outputs);
  return { run: (pictures) => session.run(pictures)[0]!, dispose: () => session.dispose() }; // our networks have one output
}

async function tensorsSessionOf(
  model: LayersModel,
  tensors: readonly SymbolicTensor[],
): Promise<TensorsInference> {
  const { nodes, input, outputs } = frozenGraph(model, tensors);
  // TensorFlow loads from a folder only, and has it all in memory afterwards.
  const folder = await mkdtemp(join(tmpdir(), 'shika-graph-'));
  try {
    await writeFile(join(folder, 'saved_model.pb'), savedModel(nodes, input, outputs));
    const session = await loadSavedModel(folder);
    return { run: (pictures) => session.predict([pictures]), dispose: () => session.dispose() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

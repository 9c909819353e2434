/** A map by the name of its method. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Effort, Probe } from '../case.ts';
import { type HeatMap, relu } from '../maps.ts';
import { type NetworkScore, Trace } from '../trace.ts';
import { cam } from './cam.ts';
import { type DRiseOptions, dRise } from './d-rise.ts';
import { type AnyMethodName, methods } from './method.ts';
import { scoreCam } from './score-cam.ts';

/** What a method draws from. */
export interface Drawing {
  readonly model: LayersModel;
  /** `[1, side, side, 3]`; stays the caller's. */
  readonly input: Tensor4D;
  readonly layer: string;
  /** What gradients are taken of. */
  readonly score: NetworkScore;
  /** What the score is made of, where that is a part of the output. */
  readonly scored?: SymbolicTensor;
  readonly probe: Probe;
  /** One a channel of the layer; null where the network does not end in global average pooling and one dense layer. */
  readonly camWeights: ArrayLike<number> | null;
}

/** Runs of the network, by what they cost against what they steady: see `test/bench/explanations.md`. */
const mostChannels: Readonly<Record<Effort, number>> = { full: 64, quick: 24 };
const riseOptions: Readonly<Record<Effort, DRiseOptions>> = {
  full: { masks: 400, grid: 8, shownShare: 0.5, seed: 1 },
  quick: { masks: 120, grid: 8, shownShare: 0.5, seed: 1 },
};

/** Runs the network. @throws PoisonError where the method does not suit the network or the layer */
export async function draw(
  method: AnyMethodName,
  drawing: Drawing,
  effort: Effort = 'full',
): Promise<HeatMap> {
  if (method === 'drise') return dRise(drawing.probe, riseOptions[effort]);
  const trace = new Trace(drawing.model, drawing.input);
  try {
    return await drawFrom(trace, method, drawing, effort);
  } finally {
    trace.dispose();
  }
}

/**
 * The map by the weights with which the network was run.
 * @param trace of `drawing.input`; stays the caller's
 * @throws PoisonError as {@link draw}
 */
export async function drawFrom(
  trace: Trace,
  method: AnyMethodName,
  { layer, score, scored, probe, camWeights, model }: Drawing,
  effort: Effort = 'full',
): Promise<HeatMap> {
  if (method === 'drise') return dRise(probe, riseOptions[effort]);
  const maps = await trace.maps(layer);
  if (method === 'scorecam') return scoreCam(maps, probe, mostChannels[effort]);
  if (method !== 'cam') return methods[method].map(maps, await trace.gradient(layer, score, scored));
  if (camWeights?.length === maps.channels) return relu(cam(maps, camWeights));
  throw new PoisonError('CAM can’t be drawn', {
    found: `layer ${layer} of ${model.name}`,
    expected: 'a network that ends in global average pooling and one dense layer, and the maps before these',
  });
}

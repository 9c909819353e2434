/** A map by the name of its method. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
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

/** @throws PoisonError where the method does not suit the network or the layer */
export async function draw(
  method: AnyMethodName,
  drawing: Drawing,
  effort: Effort = 'full',
): Promise<HeatMap> {
  if (method === 'drise') return dRise(drawing.probe, riseOptions[effort]);
  const trace = new Trace(drawing.model, drawing.input);
  try {
    const maps = await trace.maps(drawing.layer);
    if (method === 'scorecam') return await scoreCam(maps, drawing.probe, mostChannels[effort]);
    if (method !== 'cam')
      return methods[method].map(maps, await trace.gradient(drawing.layer, drawing.score));
    if (drawing.camWeights?.length === maps.channels) return relu(cam(maps, drawing.camWeights));
    throw new PoisonError('CAM can’t be drawn', {
      found: `layer ${drawing.layer} of ${drawing.model.name}`,
      expected:
        'a network that ends in global average pooling and one dense layer, and the maps before these',
    });
  } finally {
    trace.dispose();
  }
}

/** A map by the name of its method. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { Effort, Probe } from '../case.ts';
import { type HeatMap, relu } from '../maps.ts';
import { type Score, Trace } from '../trace.ts';
import { cam } from './cam.ts';
import { type DRiseOptions, dRise } from './d-rise.ts';
import { type AnyMethodName, methods } from './method.ts';
import { scoreCam } from './score-cam.ts';

export interface Drawing {
  readonly model: LayersModel;
  /** `[1, side, side, 3]`; stays the caller's. */
  readonly input: Tensor4D;
  readonly layer: string;
  /** What gradients are taken of. */
  readonly score: Score;
  readonly probe: Probe;
  /** One a channel of the layer; null where the network does not end in global average pooling and one dense layer. */
  readonly camWeights: ArrayLike<number> | null;
}

/** Runs of the network, by what they cost against what they steady: see the README. */
const mostChannels: Readonly<Record<Effort, number>> = { full: 64, quick: 24 };
const riseOptions: Readonly<Record<Effort, DRiseOptions>> = {
  full: { masks: 400, grid: 8, kept: 0.5, seed: 1 },
  quick: { masks: 120, grid: 8, kept: 0.5, seed: 1 },
};

/** @throws PoisonError where the method does not suit the network or the layer */
export async function draw(method: AnyMethodName, of: Drawing, effort: Effort = 'full'): Promise<HeatMap> {
  if (method === 'drise') return dRise(of.probe, riseOptions[effort]);
  const trace = new Trace(of.model, of.input);
  try {
    const maps = await trace.maps(of.layer);
    if (method === 'scorecam') return await scoreCam(maps, of.probe, mostChannels[effort]);
    if (method !== 'cam') return methods[method].map(maps, await trace.gradient(of.layer, of.score));
    if (of.camWeights?.length === maps.channels) return relu(cam(maps, of.camWeights));
    throw new PoisonError('CAM can’t be drawn', {
      found: `layer ${of.layer} of ${of.model.name}`,
      expected:
        'a network that ends in global average pooling and one dense layer, and the maps before these',
    });
  } finally {
    trace.dispose();
  }
}

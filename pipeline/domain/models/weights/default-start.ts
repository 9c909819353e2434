/** What a detector's training starts from where nobody says it. */
import type { TrainStart } from '../../../../schemas/train-job.ts';
import { findWeights } from './weights.ts';

/** Weights that know animals, where they are at hand; else the project's own, which know rendered deer. */
export function defaultStart(): Extract<TrainStart, { from: 'weights' }> {
  return { from: 'weights', name: findWeights('yolox-nano') ? 'yolox-nano' : 'shika-tiny' };
}

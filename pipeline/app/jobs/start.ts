/** What a training starts from where a person does not say it all. */
import type { TrainStart } from '../../../schemas/train-job.ts';
import { findWeights } from '../../domain/models/weights/weights.ts';
import { print } from '../cli/terminal.ts';

/** What training starts from: what was asked for, else weights that know animals where they are at hand. */
export function startFor(name: string | undefined): TrainStart {
  if (name === 'random') return { from: 'random' };
  if (name !== undefined) return { from: 'weights', name };
  if (findWeights('yolox-nano')) return { from: 'weights', name: 'yolox-nano' };
  print(
    'yolox-nano is not here: training starts from shika-tiny, which knows rendered deer (see README, “Weights”)',
  );
  return { from: 'weights', name: 'shika-tiny' };
}

/** What a training starts from where a person does not say it all. */
import type { TrainStart } from '../../../schemas/train-job.ts';
import { defaultStart } from '../../domain/models/weights/default-start.ts';
import { print } from '../cli/terminal.ts';

/** What training starts from: what was asked for, else weights that know animals where they are at hand. */
export function startFor(name: string | undefined): TrainStart {
  if (name === 'random') return { from: 'random' };
  if (name !== undefined) return { from: 'weights', name };
  const start = defaultStart();
  if (start.name !== 'yolox-nano') {
    print(
      'yolox-nano is not here: training starts from shika-tiny, which knows rendered deer (see README, “Weights”)',
    );
  }
  return start;
}

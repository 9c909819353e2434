/** A dataset, built by the filter for a training. */
import type { DatasetItem } from '../../../schemas/dataset.ts';
import type { JobOf, ResultOf } from '../../../schemas/progress.ts';
import { runJob } from '../../runtime/jobs/job.ts';
import type { JobContext } from './context.ts';
import { datasetLine, onDatasetProgress } from './job-meters.ts';

export interface DatasetParts {
  /** What was drawn by hand. */
  readonly hand: readonly DatasetItem[];
  /** Ids of the clips whose accepted labels go in. */
  readonly clips: readonly string[];
  readonly classes: readonly string[];
}

/**
 * Has the filter build a dataset.
 * @param name what the meter is called
 * @throws PoisonError where there is nothing to train on
 */
export async function buildDataset(
  { hand, clips, classes }: DatasetParts,
  examples: JobOf<'dataset'>['examples'],
  { bus, meters, signal }: JobContext,
  name = 'dataset',
): Promise<ResultOf<'dataset'>> {
  const meter = meters.start(name);
  const question = { classes: [...classes], hand: [...hand], clips: [...clips], examples };
  const { result } = await runJob(bus, 'dataset', question, {
    signal,
    onProgress: onDatasetProgress(meter),
  });
  meter.done(datasetLine(result));
  return result;
}

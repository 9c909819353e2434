/** A classifier's training: on pictures in a folder for each class, or on the reviewed labels of clips. */
import type { ProgressOf, ResultOf } from '../../../schemas/progress.ts';
import { type ClassPicture, classDataset } from '../../domain/datasets/class-pictures.ts';
import { fetchHandDrawn } from '../../domain/datasets/hand-drawn.ts';
import { storeDataset } from '../../domain/datasets/store.ts';
import { labelNames } from '../../domain/formats/label-row.ts';
import { trackedClips } from '../../domain/labels/labels.ts';
import type { LeftOut } from '../../domain/models/classifier/training.ts';
import { UsageError } from '../../runtime/errors.ts';
import { runOrJoinJob } from '../../runtime/jobs/job.ts';
import type { QuestionOf } from '../../runtime/jobs/pending-job.ts';
import { buildDataset } from './build-dataset.ts';
import type { JobContext } from './context.ts';
import { onClassifierProgress } from './job-meters.ts';

export type ClassifierPlan = Omit<QuestionOf<'classifier'>, 'dataset'>;

export type ClassifierTrainResult = ResultOf<'classifier'> & {
  /** Its steps and epochs. */
  readonly history: readonly ProgressOf<'classifier'>[];
  readonly dataset: string;
  /** Files that are no pictures; what else was left out is in the model's `training.json`. */
  readonly unreadable: readonly LeftOut[];
};

/** @param pictures in the order in which they are learnt from */
export async function trainOnPictures(
  pictures: readonly ClassPicture[],
  classes: readonly string[],
  plan: ClassifierPlan,
  context: JobContext,
): Promise<ClassifierTrainResult> {
  const { bus, meters, signal } = context;
  const meter = meters.start('storing the pictures');
  const { dataset, leftOut } = await classDataset(bus, pictures, classes, {
    signal,
    onProgress: (done) => meter.update(done, pictures.length),
  });
  const id = await storeDataset(bus, dataset);
  meter.done(`${dataset.items.length} pictures`);
  return trainClassifier(id, leftOut, plan, context);
}

/**
 * On crops of what was drawn by hand and of the accepted labels of all clips.
 * @throws UsageError where they are of fewer than two classes
 */
export async function trainOnLabels(
  plan: ClassifierPlan,
  context: JobContext,
): Promise<ClassifierTrainResult> {
  const { bus } = context;
  const tracked = await trackedClips(bus);
  const { items: hand } = await fetchHandDrawn(bus);
  const classes = labelNames([
    ...hand.flatMap(({ boxes }) => boxes),
    ...tracked.flatMap(({ tracks }) => tracks),
  ]);
  if (classes.length < 2) {
    throw new UsageError('a classifier tells classes apart', {
      found: `labels of ${classes.join(', ') || 'none'}`,
      expected: 'labels of at least two classes',
    });
  }
  const clips = tracked.map(({ clip }) => clip);
  const { dataset } = await buildDataset({ hand, clips, classes }, 'crops', context);
  return trainClassifier(dataset, [], plan, context);
}

async function trainClassifier(
  dataset: string,
  unreadable: readonly LeftOut[],
  plan: ClassifierPlan,
  { bus, meters, signal }: JobContext,
): Promise<ClassifierTrainResult> {
  const onProgress = onClassifierProgress(meters);
  const { result, history } = await runOrJoinJob(
    bus,
    'classifier',
    { dataset, ...plan },
    { signal, onProgress },
  );
  return { ...result, history, dataset, unreadable };
}

/** Trains a classifier on a bus: on pictures in a folder for each class, or on the reviewed labels of clips. */

import type { TrainJob } from '../../../schemas/train-job.ts';
import { type ClassPicture, classDataset } from '../../domain/datasets/class-pictures.ts';
import { fetchHandDrawn, storeDataset } from '../../domain/datasets/store.ts';
import { labelNames } from '../../domain/formats/label-row.ts';
import { trackedClips } from '../../domain/labels/labels.ts';
import type { LeftOut } from '../../domain/models/classifier/training.ts';
import { UsageError } from '../../runtime/errors.ts';
import { buildDataset, type TrainEnd, trainClassifier } from './jobs.ts';
import type { RunContext } from './run.ts';

export type ClassifierPlan = Pick<TrainJob, 'start' | 'seed' | 'recipe' | 'epochs'>;

export interface ClassifierEnd extends TrainEnd {
  readonly dataset: string;
  /** Files that are no pictures; what else was left out is in the model's `training.json`. */
  readonly unreadable: readonly LeftOut[];
}

type Context = Omit<RunContext, 'log'>;

/** @param pictures in the order in which they are learnt from */
export async function trainOnPictures(
  pictures: readonly ClassPicture[],
  classes: readonly string[],
  plan: ClassifierPlan,
  { bus, meters, signal }: Context,
): Promise<ClassifierEnd> {
  const meter = meters.start('bringing the pictures');
  const { dataset, leftOut } = await classDataset(bus, pictures, classes, {
    signal,
    onProgress: (done) => meter.update(done, pictures.length),
  });
  const id = await storeDataset(bus, dataset);
  meter.done(`${dataset.items.length} pictures`);
  const end = await trainClassifier(bus, { dataset: id, ...plan }, meters, signal);
  return { ...end, dataset: id, unreadable: leftOut };
}

/**
 * On crops of what was drawn by hand and of the accepted labels of all clips.
 * @throws UsageError where they are of fewer than two classes
 */
export async function trainOnLabels(
  plan: ClassifierPlan,
  { bus, meters, signal }: Context,
): Promise<ClassifierEnd> {
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
  const { dataset } = await buildDataset(
    bus,
    { hand, clips, classes, of: 'crops' },
    meters.start('dataset'),
    signal,
  );
  const end = await trainClassifier(bus, { dataset, ...plan }, meters, signal);
  return { ...end, dataset, unreadable: [] };
}

/** A detector's training: of what was drawn by hand (pre), or of the accepted labels, too (main). */
import type { ProgressOf, ResultOf } from '../../../schemas/progress.ts';
import type { TrainStart } from '../../../schemas/train-job.ts';
import { fetchHandDrawn } from '../../domain/datasets/hand-drawn.ts';
import { trackedClips } from '../../domain/labels/labels.ts';
import { activeModel } from '../../domain/models/registry.ts';
import { UsageError } from '../../runtime/errors.ts';
import { runOrJoinJob } from '../../runtime/jobs/job.ts';
import type { QuestionOf } from '../../runtime/jobs/pending-job.ts';
import { buildDataset } from './build-dataset.ts';
import type { TrainContext } from './context.ts';
import type { HandDrawn } from './hand-drawn.ts';
import { detectorLine, onDetectorProgress } from './job-meters.ts';

export type DetectorKind = 'pre' | 'main';

export type TrainResult = ResultOf<DetectorKind> & {
  /** Its epochs. */
  readonly history: readonly ProgressOf<DetectorKind>[];
};

export interface TrainPlan {
  /** The same seed gives the same model. */
  readonly seed: number;
  /** Training steps in all; the recipe's where not given. */
  readonly steps?: number | undefined;
}

/** Trains on what was drawn by hand alone. */
export async function preTrain(
  { hand, classes }: Pick<HandDrawn, 'hand' | 'classes'>,
  { start, ...plan }: TrainPlan & { readonly start: TrainStart },
  context: TrainContext,
): Promise<TrainResult> {
  const parts = { hand, clips: [], classes };
  const { dataset } = await buildDataset(parts, 'pictures', context, 'hand-drawn pictures');
  return trainDetector('pre', { dataset, start, ...questionOf(plan) }, context);
}

/**
 * Trains on what was drawn by hand and on the accepted labels of all clips, from the active model.
 * @throws UsageError where no model is active
 */
export async function mainTrain(plan: TrainPlan, context: TrainContext): Promise<TrainResult> {
  const { bus } = context;
  const clips = (await trackedClips(bus)).map(({ clip }) => clip);
  const active = await activeModel(bus, 'detector');
  if (!active)
    throw new UsageError('there is no active model to train on from', {
      expected: '`shika train pre` first',
    });
  const { items, classes } = await fetchHandDrawn(bus);
  const { dataset } = await buildDataset({ hand: items, clips, classes }, 'pictures', context);
  return mainTrainOn(dataset, active.model, plan, context);
}

/**
 * Trains on a dataset.
 * @param model what training starts from
 */
export async function mainTrainOn(
  dataset: string,
  model: string,
  plan: TrainPlan,
  context: TrainContext,
): Promise<TrainResult> {
  return trainDetector('main', { dataset, start: { from: 'model', model }, ...questionOf(plan) }, context);
}

async function trainDetector(
  kind: DetectorKind,
  question: QuestionOf<DetectorKind>,
  { bus, meters, signal, goesOn = false }: TrainContext,
): Promise<TrainResult> {
  const meter = meters.start(kind === 'pre' ? 'pre-training' : 'main training');
  const onProgress = onDetectorProgress(meter);
  const { result, history } = await runOrJoinJob(bus, kind, question, { signal, onProgress, orDone: goesOn });
  meter.done(detectorLine(result));
  return { ...result, history };
}

function questionOf({ seed, steps }: TrainPlan): Pick<QuestionOf<DetectorKind>, 'seed' | 'steps'> {
  return { seed, ...(steps === undefined ? {} : { steps }) };
}

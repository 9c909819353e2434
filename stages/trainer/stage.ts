/** Trainer: a dataset and a job in, a model and its scores out; the better model becomes the active one. */
import { availableParallelism } from 'node:os';
import { fetchDataset, fetchPicture } from '../../pipeline/domain/datasets/store.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import {
  type ExampleDetections,
  loadAndDetectExamples,
} from '../../pipeline/domain/models/detector/evaluate.ts';
import {
  type DetectorTraining,
  withDetectorTraining,
} from '../../pipeline/domain/models/detector/training.ts';
import { fetchModel, promote, storeModel } from '../../pipeline/domain/models/registry.ts';
import { findWeights, locateWeights } from '../../pipeline/domain/models/weights/weights.ts';
import type { DetectionScores } from '../../pipeline/domain/scores/detection.ts';
import { isNearInClip, shownIn, worstMistakes } from '../../pipeline/domain/scores/mistakes.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, UsageError } from '../../pipeline/runtime/errors.ts';
import { JobCheckpoint } from '../../pipeline/runtime/stage/job-checkpoint.ts';
import { jobFailed, progress } from '../../pipeline/runtime/stage/progress.ts';
import { type Commit, type Context, handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import type { DatasetItem } from '../../schemas/dataset.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import { trainClassifierJob } from './bus/classifier-job.ts';
import type { DetectorEpoch } from './detector/epoch.ts';
import type { DetectorExample, DetectorStart } from './detector/example.ts';
import { detectorPromotion } from './detector/promotion.ts';
import { trainDetector } from './detector/train.ts';
import { TrainerOptions } from './options.ts';

/** How often a picture drawn on by hand is shown, against one that is not: there are so few of them. */
const HAND_DRAW = 3;

/** A job that was cut short goes on, so that another attempt costs an epoch at most. */
const take = { type: TrainJob, leaseS: 120, attempts: 5 };

export const trainer = stage({
  name: 'trainer',
  summary:
    'Trains detectors and classifiers, and promotes a detector that is better, a classifier that is not worse',
  guarantee:
    'A detector’s training that is cut short goes on from its last checkpoint, a classifier’s begins anew; on one backend both end with the same weights.',
  options: TrainerOptions,
  takes: [take],
  gives: [Progress],
  reads: [Image],
  async start({ bus, log, options }) {
    const backend = await openBackend(options.backend);
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    // TensorFlow's library has threads of its own.
    const threads = backend.name === 'wasm' ? options.threads || availableParallelism() : 1;
    const compute = { backend: backend.name, threads };
    return {
      handlers: [
        handler({
          take,
          concurrency: 1,
          each: (input, context) => train(bus, compute, input, context),
          obituary: ({ body: { job } }, reason) => [jobFailed(job, reason)],
        }),
      ],
    };
  },
});

interface Compute {
  readonly backend: string;
  readonly threads: number;
}

async function* train(
  bus: Bus,
  { backend, threads }: Compute,
  input: Incoming<typeof TrainJob>,
  context: Context,
): AsyncGenerator<Outgoing | Commit> {
  const { job, kind } = input.body;
  const checkpoint = new JobCheckpoint(bus, job, context.log);
  // A job whose end was published and whose acknowledgement got lost comes again.
  const last = await bus.last(Progress, subjectOf(Progress, { job }));
  if (last?.body.state === 'done') return checkpoint.forget();
  if (kind === 'classifier') yield* trainClassifierJob(bus, backend, input, context);
  else yield* trainDetectorJob(bus, { kind, threads }, input, checkpoint, context);
  yield { commit: () => checkpoint.forget() };
}

async function* trainDetectorJob(
  bus: Bus,
  { kind, threads }: { kind: Exclude<TrainJob['kind'], 'classifier'>; threads: number },
  input: Incoming<typeof TrainJob>,
  checkpoint: JobCheckpoint,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const { job, dataset: id, seed, steps } = input.body;
  const dataset = await fetchDataset(bus, id);
  const examples = (split: DatasetItem['split']) =>
    dataset.items.filter((item) => item.split === split).map((item) => exampleOf(bus, item));
  const heldOut = examples('held-out');
  log.info(
    { job, kind, dataset: id, examples: examples('train').length, heldOut: heldOut.length },
    'training',
  );
  const report = async (row: DetectorEpoch) => {
    log.info(
      { job, epoch: row.epoch, epochs: row.epochs, loss: row.loss.total, ap50: row.heldOut?.ap50 },
      'epoch',
    );
    await bus.publish(progress(rowOf(job, row), `${row.epoch}`, input.traceparent), { signal });
  };
  const imageNet = input.body.start.from === 'random' ? undefined : findWeights('mobilenet-v2');
  if (imageNet === undefined)
    log.info({ job }, 'no verifier: it needs the weights mobilenet-v2 and a start that knows animals');
  const resume = await checkpoint.load();
  const resumed = async (row: DetectorEpoch | null) => {
    if (!row) {
      log.warn({ job }, 'beginning anew: the checkpoint is of another recipe, dataset, start or version');
      return;
    }
    log.info({ job }, `going on from step ${row.step} of ${row.steps}`);
    const body = rowOf(job, row);
    const word = { ...body, figures: { ...body.figures, resumed: row.step } };
    await bus.publish(progress(word, `resumed:${Date.now()}`, input.traceparent), { signal });
  };
  const trained = await trainDetector({
    examples: examples('train'),
    heldOut,
    classes: dataset.classes,
    start: await startOf(bus, input.body.start),
    recipe: kind,
    seed,
    ...(steps === undefined ? {} : { steps }),
    onProgress: report,
    onCheckpoint: (bytes) => checkpoint.save(bytes),
    ...(resume && { resume }),
    onResume: resumed,
    threads,
    imageNet,
    signal,
  }).catch((error: unknown) => {
    throw error instanceof UsageError ? new PoisonError(error.message, { cause: error }) : error;
  });
  const { id: model, verifier } = readDetectorCard(trained.files);
  const items = dataset.items.filter((item) => item.split === 'held-out');
  const looked = await loadAndDetectExamples(trained.files, heldOut);
  await storeModel(bus, model, withDetectorTraining(trained.files, trainingOf(looked, items)));
  const promoted = await promote(bus, 'detector', model, job, async (id) => {
    const active = await loadAndDetectExamples(await fetchModel(bus, id), heldOut);
    const trials = looked.map((candidate, i) => ({
      candidate,
      active: active[i]!,
      isDrawn: isDrawn(items[i]!),
    }));
    return detectorPromotion(trials);
  });
  log.info(
    { job, model, verifier, promoted, ...(trained.scores && { ap50: trained.scores.ap50 }) },
    'trained',
  );
  const { scores, startScores, history } = trained;
  yield progress(
    {
      job,
      state: 'done',
      done: history.length,
      total: history.length,
      figures: { ...figuresOf(scores, ''), ...figuresOf(startScores, 'start.') },
      result: { model, promoted: promoted.yes ? 'yes' : 'no', why: promoted.why },
    },
    'done',
    input.traceparent,
  );
}

function trainingOf(looked: readonly ExampleDetections[], items: readonly DatasetItem[]): DetectorTraining {
  const alike = (one: number, other: number) => isNearInClip(items[one]!, items[other]!);
  const mistakes = worstMistakes(looked, { alike }).map(({ picture, ...mistake }) => {
    const { clip, index, name } = items[picture]!;
    const image = looked[picture]!;
    return { ...mistake, ...shownIn(image), picture: { clip, index, name, ...image.size } };
  });
  return { mistakes };
}

function isDrawn({ boxes }: DatasetItem): boolean {
  return boxes.every((box) => box.cause === 'hand');
}

function exampleOf(bus: Bus, item: DatasetItem): DetectorExample {
  const draw = isDrawn(item) ? HAND_DRAW : 1;
  const boxes = item.boxes.map(({ box, label, weight, cause, risk }) => {
    // A correction is drawn, too: the filter takes all risk off it.
    return { box, label, weight, isAutomatic: cause !== 'hand' && risk > 0 };
  });
  return { name: item.name, boxes, draw, jpeg: () => fetchPicture(bus, item) };
}

async function startOf(bus: Bus, start: TrainJob['start']): Promise<DetectorStart> {
  switch (start.from) {
    case 'random':
      return { kind: 'random' };
    case 'model':
      return { kind: 'model', files: await fetchModel(bus, start.model) };
    case 'brought':
      throw new PoisonError('a detector starts from weights that the trainer has', { found: start.name });
    case 'weights': {
      const { path, format } = locateWeights(start.name);
      return { kind: format, path };
    }
  }
}

function rowOf(job: string, { epoch, epochs, step, steps, loss, heldOut, seconds }: DetectorEpoch): Progress {
  return {
    job,
    state: 'running',
    done: epoch,
    total: epochs,
    figures: {
      loss: loss.total,
      seconds,
      step,
      steps,
      ...figuresOf(heldOut, ''),
    },
  };
}

/** Scores as figures of a progress message. */
function figuresOf(scores: DetectionScores | null, prefix: string): Record<string, number> {
  if (!scores) return {};
  const { images, ap50, ap50_95, meanIoU, recall } = scores;
  return Object.fromEntries(
    Object.entries({ images, ap50, ap50_95, meanIoU, recall }).map(([name, value]) => [prefix + name, value]),
  );
}

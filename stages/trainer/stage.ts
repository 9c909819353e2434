/** Trainer: a dataset and a job in, a model and its scores out; the better model becomes the active one. */
import type { Bus } from '../../pipeline/bus/bus.ts';
import type { Incoming, Outgoing } from '../../pipeline/bus/envelope.ts';
import { fetchDataset, fetchPicture } from '../../pipeline/datasets/store.ts';
import { PoisonError, RetryableError, UsageError } from '../../pipeline/errors.ts';
import { openBackend } from '../../pipeline/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/models/card.ts';
import { Detector } from '../../pipeline/models/detector.ts';
import { activate, activeModel, fetchModel, storeModel } from '../../pipeline/models/registry.ts';
import { findWeights, isWeightsName, weightFolders } from '../../pipeline/models/weights.ts';
import type { DetectionScores } from '../../pipeline/scores/detection.ts';
import { jobFailed, progress } from '../../pipeline/stage/progress.ts';
import { type Context, handler, stage } from '../../pipeline/stage/stage.ts';
import type { DatasetItem } from '../../schemas/dataset.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import { evaluate } from './detector/evaluate.ts';
import type { Example, Start } from './detector/example.ts';
import { type EpochRow, trainDetector } from './detector/train.ts';
import { TrainerOptions } from './options.ts';
import { type HeldOutScores, notWorse, type Verdict } from './promotion.ts';

/** How often a picture drawn on by hand is shown, against one that is not: there are so few of them. */
const HAND_DRAW = 3;

const take = { type: TrainJob, leaseS: 120, attempts: 3 };

export const trainer = stage({
  name: 'trainer',
  summary: 'Trains detectors and promotes those that are not worse',
  guarantee: 'A job that is cut short begins anew and, on one backend, ends with the same weights.',
  options: TrainerOptions,
  takes: [take],
  gives: [Progress],
  reads: [Image],
  async start({ bus, log, options }) {
    const backend = await openBackend(options.backend);
    log.info({ backend: backend.name, version: backend.version, why: backend.reason }, 'backend');
    return {
      handlers: [
        handler({
          take,
          concurrency: 1,
          each: (input, context) => train(bus, input, context),
          obituary: ({ body: { job } }, reason) => [jobFailed(job, reason)],
        }),
      ],
    };
  },
});

async function* train(
  bus: Bus,
  input: Incoming<typeof TrainJob>,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const { job, kind, dataset: id, seed, steps } = input.body;
  // A job whose end was published and whose acknowledgement got lost comes again.
  const last = await bus.last(Progress, subjectOf(Progress, { job }));
  if (last?.body.state === 'done') return;
  const dataset = await fetchDataset(bus, id);
  const examples = (split: DatasetItem['split']) =>
    dataset.items.filter((item) => item.split === split).map((item) => exampleOf(bus, item));
  const heldOut = examples('held-out');
  log.info(
    { job, kind, dataset: id, examples: examples('train').length, heldOut: heldOut.length },
    'training',
  );
  const report = async (row: EpochRow) => {
    log.info(
      { job, epoch: row.epoch, epochs: row.epochs, loss: row.loss.total, ap50: row.heldOut?.ap50 },
      'epoch',
    );
    await bus.publish(progress(rowOf(job, row), `${row.epoch}`, input.traceparent), { signal });
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
    signal,
  }).catch((error: unknown) => {
    throw error instanceof UsageError ? new PoisonError(error.message, { cause: error }) : error;
  });
  const { id: model } = readDetectorCard(trained.files);
  await storeModel(bus, model, trained.files);
  const drawn = dataset.items.filter((item) => item.split === 'held-out' && isDrawn(item));
  const promoted = await promote(
    bus,
    model,
    job,
    heldOut,
    drawn.map((item) => exampleOf(bus, item)),
  );
  log.info({ job, model, promoted, ...(trained.scores && { ap50: trained.scores.ap50 }) }, 'trained');
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

/** Compare-and-set: where another job promotes its model meanwhile, ours is judged against that one. */
async function promote(
  bus: Bus,
  model: string,
  job: string,
  heldOut: readonly Example[],
  drawn: readonly Example[],
): Promise<Verdict> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const active = await activeModel(bus, 'detector');
    const verdict =
      active && active.model !== model
        ? notWorse(await scored(bus, model, heldOut, drawn), await scored(bus, active.model, heldOut, drawn))
        : { yes: true, why: 'no other model is active' };
    if (!verdict.yes || (await activate(bus, 'detector', model, job, active?.model ?? null))) return verdict;
  }
  throw new RetryableError('the active model changes faster than this one can be judged');
}

/** On everything that is held out, and on what was drawn by hand alone. */
async function scored(
  bus: Bus,
  model: string,
  heldOut: readonly Example[],
  drawn: readonly Example[],
): Promise<HeldOutScores> {
  const detector = await Detector.load(await fetchModel(bus, model));
  const on = (examples: readonly Example[]) =>
    examples.length === 0 ? null : evaluate(detector.model, detector.reading, examples);
  try {
    return { all: await on(heldOut), drawn: await on(drawn) };
  } finally {
    detector.dispose();
  }
}

function isDrawn({ boxes }: DatasetItem): boolean {
  return boxes.every((box) => box.cause === 'hand');
}

function exampleOf(bus: Bus, item: DatasetItem): Example {
  const draw = isDrawn(item) ? HAND_DRAW : 1;
  return { name: item.name, boxes: item.boxes, draw, jpeg: () => fetchPicture(bus, item) };
}

async function startOf(bus: Bus, start: TrainJob['start']): Promise<Start> {
  switch (start.from) {
    case 'random':
      return { kind: 'random' };
    case 'model':
      return { kind: 'model', files: await fetchModel(bus, start.model) };
    case 'weights': {
      const path = isWeightsName(start.name) ? findWeights(start.name) : undefined;
      if (path) return { kind: 'yolox-onnx', path };
      throw new PoisonError(`no weights ${start.name}`, {
        expected: `their file in one of ${weightFolders().join(', ')}`,
      });
    }
  }
}

function rowOf(job: string, { epoch, epochs, loss, heldOut, seconds }: EpochRow): Progress {
  return {
    job,
    state: 'running',
    done: epoch,
    total: epochs,
    figures: {
      loss: loss.total,
      seconds,
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

/** A classifier's training as a job: the edge between messages and `classifier/`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cropBytes, cropsOf } from '../../../pipeline/domain/datasets/crops.ts';
import { fetchDataset, fetchPicture } from '../../../pipeline/domain/datasets/store.ts';
import { readClassifierCard } from '../../../pipeline/domain/models/classifier/card.ts';
import { Classifier } from '../../../pipeline/domain/models/classifier/classifier.ts';
import {
  type ClassifierTraining,
  type LeftOut,
  withClassifierTraining,
} from '../../../pipeline/domain/models/classifier/training.ts';
import type { ModelFiles } from '../../../pipeline/domain/models/files.ts';
import type { PromotionDecision } from '../../../pipeline/domain/models/promotion.ts';
import { type Candidate, fetchModel, storeAndPromote } from '../../../pipeline/domain/models/registry.ts';
import { fetchWeights } from '../../../pipeline/domain/models/weights/stored.ts';
import { locateWeights } from '../../../pipeline/domain/models/weights/weights.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { FatalError, PoisonError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { messagesOf, type Send } from '../../../pipeline/runtime/stage/channel.ts';
import { JobReport } from '../../../pipeline/runtime/stage/progress.ts';
import type { Context } from '../../../pipeline/runtime/stage/stage.ts';
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import type { JobOf } from '../../../schemas/progress.ts';
import type { ClassifierProgress, TrainStart } from '../../../schemas/train-job.ts';
import type { ClassifierExample } from '../classifier/example.ts';
import { type InspectedExample, inspectExamples } from '../classifier/inspect.ts';
import { splitWithoutLeaks } from '../classifier/leaks.ts';
import { classifierPromotion, measureAccuracy, refuseForgottenClasses } from '../classifier/promotion.ts';
import { type TrainedClassifier, trainClassifier } from '../classifier/train.ts';

/** Pictures go by quickly: so many ms between two messages are often enough for a bar. */
const QUIET_MS = 500;

type ClassifierJob = JobOf<'classifier'>;

/** Trains, stores and, where it is not worse than the active classifier, promotes. */
export async function* trainClassifierJob(
  { bus, backend }: { readonly bus: Bus; readonly backend: string },
  body: ClassifierJob,
  traceparent: string,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const began = performance.now();
  const { job, recipe = 'default' } = body;
  const dataset = await fetchDataset(bus, body.dataset);
  const messages = new JobReport('classifier', job, traceparent);
  const work = (send: Send<Outgoing>, stop: AbortSignal) =>
    learn(bus, body, { dataset, report: sparing(messages, send) }, { log, signal: stop });
  const { trained, examples, heldOut, epochs, leftOut } = yield* messagesOf(work, signal);
  const { id: model } = readClassifierCard(trained.files);
  const { scores } = trained;
  const counts = (pictures: readonly InspectedExample[], label: number) =>
    pictures.filter((picture) => picture.label === label).length;
  const training: ClassifierTraining = {
    recipe,
    backend,
    seconds: Math.round(performance.now() - began) / 1000,
    classes: dataset.classes.map((name, i) => ({
      name,
      train: counts(examples, i),
      heldOut: counts(heldOut, i),
    })),
    epochs,
    scores,
    leftOut,
  };
  const candidate: Candidate = {
    ...{ kind: 'classifier', model, job },
    files: ({ why }) => withClassifierTraining(trained.files, { ...training, why }),
  };
  const promoted = await storeAndPromote(bus, candidate, (active) =>
    judge(bus, trained.files, active, heldOut, dataset.classes),
  );
  log.info({ job, model, promoted, ...(scores && { accuracy: scores.accuracy }) }, 'trained');
  yield messages.done({
    model,
    promoted: promoted.yes,
    why: promoted.why,
    examples: examples.length,
    leftOut: leftOut.length,
    scores: scores && { images: scores.images, accuracy: scores.accuracy, ece: scores.calibration.ece },
  });
}

type Report = (progress: ClassifierProgress) => Promise<void>;

interface Learnt {
  readonly trained: TrainedClassifier;
  readonly examples: readonly InspectedExample[];
  readonly heldOut: readonly InspectedExample[];
  readonly epochs: ClassifierTraining['epochs'];
  readonly leftOut: LeftOut[];
}

/** Looks at every picture, leaves out those that can't be learnt from, and trains on the others. */
async function learn(
  bus: Bus,
  { job, dataset: id, start, seed, recipe = 'default', epochs }: ClassifierJob,
  { dataset, report }: { readonly dataset: Dataset; readonly report: Report },
  { log, signal }: Context,
): Promise<Learnt> {
  const inspected = (split: DatasetItem['split'], step: ClassifierProgress['step']) =>
    inspectExamples(examplesOf(bus, dataset, split), {
      signal,
      onProgress: (done, total) => report({ step, done, total }),
    });
  const train = await inspected('train', 'training pictures');
  const held = await inspected('held-out', 'held-out pictures');
  const { examples, heldOut, leaks } = splitWithoutLeaks(train.usable, held.usable);
  log.info({ job, dataset: id, examples: examples.length, heldOut: heldOut.length }, 'training');
  const rows: ClassifierTraining['epochs'] = [];
  const trained = await withWeights(bus, start, (weights) =>
    trainClassifier({
      examples,
      heldOut,
      classes: dataset.classes,
      weights,
      recipe,
      epochs,
      seed,
      signal,
      async onProgress({ step, done, total, row }) {
        if (row) rows.push({ step, epoch: row.epoch, loss: row.loss, accuracy: row.accuracy });
        await report({ step, done, total, ...(row && { loss: row.loss, accuracy: row.accuracy }) });
      },
    }),
  ).catch((error: unknown) => {
    // It is the job that can't be done; the process can go on with others.
    const hopeless = error instanceof UsageError || error instanceof FatalError;
    throw hopeless ? new PoisonError(error.message, { cause: error }) : error;
  });
  return {
    trained,
    examples,
    heldOut,
    epochs: rows,
    leftOut: [...train.problems, ...held.problems, ...leaks],
  };
}

/** Reports each epoch and the end of each step, and now and then what is between. */
function sparing(messages: JobReport<'classifier'>, send: Send<Outgoing>): Report {
  let reportedAt = 0;
  return async (progress) => {
    const { step, done, total, loss } = progress;
    const now = performance.now();
    if (done < total && loss === undefined && now - reportedAt < QUIET_MS) return;
    reportedAt = now;
    await send(messages.running(progress, `${step} ${done}/${total}`));
  };
}

function examplesOf(bus: Bus, dataset: Dataset, split: DatasetItem['split']): ClassifierExample[] {
  return cropsOf(dataset)
    .filter(({ item }) => item.split === split)
    .map((crop) => ({
      name: crop.name,
      label: crop.label,
      weight: crop.weight,
      bytes: async () => cropBytes(await fetchPicture(bus, crop.item), crop),
    }));
}

/** @throws PoisonError where the job names none that can be had */
async function withWeights<T>(bus: Bus, start: TrainStart, use: (path: string) => Promise<T>): Promise<T> {
  switch (start.from) {
    case 'weights':
      return use(locateWeights(start.name).path);
    case 'stored': {
      const dir = await mkdtemp(join(tmpdir(), 'shika-weights-'));
      try {
        return await use(await fetchWeights(bus, start, dir));
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    }
    default:
      throw new PoisonError('a classifier starts from weights', {
        found: start.from,
        expected: 'weights or stored',
      });
  }
}

async function judge(
  bus: Bus,
  candidate: ModelFiles,
  active: string,
  heldOut: readonly InspectedExample[],
  classes: readonly string[],
): Promise<PromotionDecision> {
  const files = await fetchModel(bus, active);
  const { classes: known } = readClassifierCard(files);
  const verdict = refuseForgottenClasses(classes, known);
  if (verdict) return verdict;
  const shared = heldOut.filter(({ label }) => known.includes(classes[label]!)); // a place in the classes
  const right = async (model: ModelFiles) => {
    const classifier = await Classifier.load(model);
    try {
      return await measureAccuracy(classifier, shared, classes);
    } finally {
      classifier.dispose();
    }
  };
  return classifierPromotion(await right(candidate), await right(files));
}

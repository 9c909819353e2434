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
import { fetchModel, promote, storeModel } from '../../../pipeline/domain/models/registry.ts';
import { fetchWeights } from '../../../pipeline/domain/models/weights/stored.ts';
import { locateWeights } from '../../../pipeline/domain/models/weights/weights.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Incoming, Outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { FatalError, PoisonError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { progress } from '../../../pipeline/runtime/stage/progress.ts';
import type { Context } from '../../../pipeline/runtime/stage/stage.ts';
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import type { TrainJob } from '../../../schemas/train-job.ts';
import type { ClassifierExample } from '../classifier/example.ts';
import { type InspectedExample, inspectExamples } from '../classifier/inspect.ts';
import { splitWithoutLeaks } from '../classifier/leaks.ts';
import { classifierPromotion, measureAccuracy, refuseForgottenClasses } from '../classifier/promotion.ts';
import { trainClassifier } from '../classifier/train.ts';

/** Pictures go by quickly; a word for so many ms is enough for a bar. */
const quietMs = 500;

export async function* trainClassifierJob(
  bus: Bus,
  backend: string,
  { body, traceparent }: Incoming<typeof TrainJob>,
  { log, signal }: Context,
): AsyncGenerator<Outgoing> {
  const began = performance.now();
  const { job, dataset: id, seed, recipe = 'default', epochs } = body;
  const dataset = await fetchDataset(bus, id);
  const tell = teller(bus, job, traceparent, signal);
  const looked = (split: DatasetItem['split'], step: string) =>
    inspectExamples(examplesOf(bus, dataset, split), {
      signal,
      onProgress: (done, total) => tell(step, done, total),
    });
  const learnt = await looked('train', 'looking at the pictures');
  const held = await looked('held-out', 'looking at those to score on');
  const { examples, heldOut, leaks } = splitWithoutLeaks(learnt.kept, held.kept);
  const leftOut: LeftOut[] = [...learnt.problems, ...held.problems, ...leaks];
  log.info({ job, dataset: id, examples: examples.length, heldOut: heldOut.length }, 'training');
  const rows: ClassifierTraining['epochs'] = [];
  const trained = await withWeights(bus, body.start, (weights) =>
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
        await tell(step, done, total, row && { loss: row.loss, accuracy: row.accuracy });
      },
    }),
  ).catch((error: unknown) => {
    // It is the job that can't be done; the process can go on with others.
    const hopeless = error instanceof UsageError || error instanceof FatalError;
    throw hopeless ? new PoisonError(error.message, { cause: error }) : error;
  });
  const { id: model } = readClassifierCard(trained.files);
  const { scores } = trained;
  const counts = (of: readonly InspectedExample[], label: number) =>
    of.filter((one) => one.label === label).length;
  const training: ClassifierTraining = {
    recipe,
    backend,
    seconds: Math.round(performance.now() - began) / 1000,
    classes: dataset.classes.map((name, i) => ({
      name,
      train: counts(examples, i),
      heldOut: counts(heldOut, i),
    })),
    epochs: rows,
    scores,
    leftOut,
  };
  await storeModel(bus, model, withClassifierTraining(trained.files, training));
  const promoted = await promote(bus, 'classifier', model, job, (active) =>
    judge(bus, trained.files, active, heldOut, dataset.classes),
  );
  log.info({ job, model, promoted, ...(scores && { accuracy: scores.accuracy }) }, 'trained');
  yield progress(
    {
      job,
      state: 'done',
      done: rows.length,
      total: rows.length,
      figures: {
        examples: examples.length,
        leftOut: leftOut.length,
        ...(scores && { images: scores.images, accuracy: scores.accuracy, ece: scores.calibration.ece }),
      },
      result: { model, promoted: promoted.yes ? 'yes' : 'no', why: promoted.why },
    },
    'done',
    traceparent,
  );
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

type Tell = (step: string, done: number, total: number, figures?: Record<string, number>) => Promise<void>;

/** Says how far the job is: each epoch, the end of each step, and now and then between. */
function teller(bus: Bus, job: string, parent: string, signal: AbortSignal): Tell {
  let said = 0;
  return async (step, done, total, figures) => {
    const now = performance.now();
    if (done < total && !figures && now - said < quietMs) return;
    said = now;
    const body = { job, state: 'running' as const, step, done, total, figures: figures ?? {} };
    await bus.publish(progress(body, `${step} ${done}/${total}`, parent), { signal });
  };
}

/** @throws PoisonError where the job names none that can be had */
async function withWeights<T>(
  bus: Bus,
  start: TrainJob['start'],
  use: (path: string) => Promise<T>,
): Promise<T> {
  switch (start.from) {
    case 'weights':
      return use(locateWeights(start.name).path);
    case 'brought': {
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
        expected: 'weights or brought',
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
  const of = async (model: ModelFiles) => {
    const classifier = await Classifier.load(model);
    try {
      return await measureAccuracy(classifier, shared, classes);
    } finally {
      classifier.dispose();
    }
  };
  return classifierPromotion(await of(candidate), await of(files));
}

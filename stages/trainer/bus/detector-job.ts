/** A detector's training as a job: the edge between messages and `detector/`. */
import { fetchDataset, fetchPicture } from '../../../pipeline/domain/datasets/store.ts';
import { readDetectorCard } from '../../../pipeline/domain/models/detector/card.ts';
import {
  type ExampleDetections,
  loadAndDetectExamples,
} from '../../../pipeline/domain/models/detector/evaluate.ts';
import {
  type DetectorTraining,
  withDetectorTraining,
} from '../../../pipeline/domain/models/detector/training.ts';
import { type Candidate, fetchModel, storeAndPromote } from '../../../pipeline/domain/models/registry.ts';
import { findWeights, locateWeights } from '../../../pipeline/domain/models/weights/weights.ts';
import { type DetectionScores, detectionScores } from '../../../pipeline/domain/scores/detection.ts';
import { isNearInClip, shownIn, worstMistakes } from '../../../pipeline/domain/scores/mistakes.ts';
import { wilsonInterval } from '../../../pipeline/domain/statistics/wilson.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import type { Outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { messagesOf, type Send } from '../../../pipeline/runtime/stage/channel.ts';
import type { JobCheckpoint } from '../../../pipeline/runtime/stage/job-checkpoint.ts';
import { JobReport } from '../../../pipeline/runtime/stage/progress.ts';
import type { Commit, Context } from '../../../pipeline/runtime/stage/stage.ts';
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import type { JobOf } from '../../../schemas/progress.ts';
import type { DetectorScores, DrawnScores } from '../../../schemas/scores.ts';
import type { DetectorProgress, TrainStart } from '../../../schemas/train-job.ts';
import type { DetectorEpoch } from '../detector/epoch.ts';
import type { DetectorExample, DetectorStart } from '../detector/example.ts';
import { detectorPromotion } from '../detector/promotion.ts';
import { type TrainedDetector, trainDetector } from '../detector/train.ts';

/** How often a picture drawn on by hand is shown, against one that is not: there are so few of them. */
const HAND_DRAW = 3;

type DetectorJob = JobOf<'pre' | 'main'>;

export interface DetectorJobContext {
  readonly bus: Bus;
  /** Threads that train side by side. */
  readonly threads: number;
  readonly checkpoint: JobCheckpoint;
}

/** Trains, stores and, where it is better than the active detector, promotes. */
export async function* trainDetectorJob(
  own: DetectorJobContext,
  body: DetectorJob,
  traceparent: string,
  context: Context,
): AsyncGenerator<Outgoing | Commit> {
  const { bus } = own;
  const { job, kind, dataset: id } = body;
  const { log } = context;
  const messages = new JobReport(kind, job, traceparent);
  const dataset = await fetchDataset(bus, id);
  const heldOut = examplesOf(bus, dataset, 'held-out');
  const trained = yield* training(own, body, { dataset, heldOut, messages }, context);
  const { id: model, verifier } = readDetectorCard(trained.files);
  const items = dataset.items.filter((item) => item.split === 'held-out');
  const detections = await loadAndDetectExamples(trained.files, heldOut);
  const drawn = await drawnScores(own, body, trained, { detections, items, heldOut });
  const outcome = { mistakes: mistakesOf(detections, items), drawn };
  const candidate: Candidate = {
    ...{ kind: 'detector', model, job },
    files: ({ why }) => withDetectorTraining(trained.files, { ...outcome, why }),
  };
  const promoted = await storeAndPromote(bus, candidate, async (activeId) => {
    const active = await loadAndDetectExamples(await fetchModel(bus, activeId), heldOut);
    const trials = detections.map((candidate, i) => ({
      candidate,
      active: active[i]!, // both looked at the same examples
      isDrawn: isDrawn(items[i]!), // an item for each example
    }));
    return detectorPromotion(trials);
  });
  const { scores, startScores } = trained;
  log.info({ job, model, verifier, promoted, ...(scores && { ap50: scores.ap50 }) }, 'trained');
  yield messages.done({
    model,
    promoted: promoted.yes,
    why: promoted.why,
    scores: heldOutScores(scores),
    startScores: heldOutScores(startScores),
    drawn,
  });
}

interface HeldOut {
  /** Of the trained model; one of each for every held-out picture. */
  readonly detections: readonly ExampleDetections[];
  readonly items: readonly DatasetItem[];
  readonly heldOut: readonly DetectorExample[];
}

/** Scores on what a person drew alone: the trained model's, and those of what it started from. */
async function drawnScores(
  { bus }: DetectorJobContext,
  { start }: DetectorJob,
  { startScores }: TrainedDetector,
  { detections, items, heldOut }: HeldOut,
): Promise<DrawnScores | null> {
  const isOwn = (_: unknown, i: number) => isDrawn(items[i]!); // an item for each
  const own = detections.filter(isOwn);
  const scores = own.length === 0 ? null : heldOutScores(detectionScores(own));
  if (!scores) return null;
  const [low, high] = wilsonInterval(scores.ap50, scores.images);
  const interval: [number, number] = [low, high];
  if (own.length === detections.length) return { scores, startScores: heldOutScores(startScores), interval };
  if (start.from !== 'model') return { scores, startScores: null, interval };
  const before = await loadAndDetectExamples(await fetchModel(bus, start.model), heldOut.filter(isOwn));
  return { scores, startScores: heldOutScores(detectionScores(before)), interval };
}

interface Learning {
  readonly dataset: Dataset;
  readonly heldOut: readonly DetectorExample[];
  readonly messages: JobReport<'pre' | 'main'>;
}

/** Yields the progress of each epoch, and stores its checkpoint before. */
async function* training(
  { bus, threads, checkpoint }: DetectorJobContext,
  { job, kind, seed, start, steps, dataset: id }: DetectorJob,
  { dataset, heldOut, messages }: Learning,
  { log, signal }: Context,
): AsyncGenerator<Outgoing | Commit, TrainedDetector> {
  const examples = examplesOf(bus, dataset, 'train');
  log.info({ job, kind, dataset: id, examples: examples.length, heldOut: heldOut.length }, 'training');
  const imageNet = start.from === 'random' ? undefined : findWeights('mobilenet-v2');
  if (imageNet === undefined)
    log.info({ job }, 'no verifier: it needs the weights mobilenet-v2 and a start that knows animals');
  const from = await startOf(bus, start);
  const resume = await checkpoint.load();
  const work = (send: Send<Outgoing | Commit>, stop: AbortSignal) =>
    trainDetector({
      examples,
      heldOut,
      classes: dataset.classes,
      start: from,
      recipe: kind,
      seed,
      ...(steps === undefined ? {} : { steps }),
      async onProgress(row) {
        const { epoch, epochs, loss } = row;
        log.info({ job, epoch, epochs, loss: loss.total, ap50: row.heldOut?.ap50 }, 'epoch');
        await send(messages.running(progressOf(row), `${epoch}`));
      },
      async onCheckpoint(encode) {
        if (!checkpoint.isDue) return;
        const bytes = encode(); // now: training goes on while they are stored
        await send({ commit: () => checkpoint.save(bytes) });
      },
      ...(resume && { resume }),
      async onResume(row) {
        if (!row) {
          log.warn({ job }, 'beginning anew: the checkpoint is of another recipe, dataset, start or version');
          return;
        }
        log.info({ job }, `going on from step ${row.step} of ${row.steps}`);
        const progress = { ...progressOf(row), resumedFrom: row.step };
        await send(messages.running(progress, `resumed:${Date.now()}`));
      },
      threads,
      imageNet,
      signal: stop,
    });
  try {
    return yield* messagesOf(work, signal);
  } catch (error) {
    throw error instanceof UsageError ? new PoisonError(error.message, { cause: error }) : error;
  }
}

function progressOf({ epoch, epochs, step, steps, loss, heldOut, seconds }: DetectorEpoch): DetectorProgress {
  return { epoch, epochs, step, steps, loss: loss.total, seconds, heldOut: heldOutScores(heldOut) };
}

/** The part of the scores that messages carry. */
function heldOutScores(scores: DetectionScores | null): DetectorScores | null {
  if (!scores) return null;
  const { images, ap50, ap50_95, meanIoU, recall } = scores;
  return { images, ap50, ap50_95, meanIoU, recall };
}

/** What a person drew first: other held-out labels are the pipeline's own, and may be what is wrong. */
function mistakesOf(
  detections: readonly ExampleDetections[],
  items: readonly DatasetItem[],
): DetectorTraining['mistakes'] {
  const alike = (one: number, other: number) => isNearInClip(items[one]!, items[other]!); // an item for each
  const first = (picture: number) => isDrawn(items[picture]!);
  return worstMistakes(detections, { alike, first }).map(({ picture, ...mistake }) => {
    const item = items[picture]!; // one of them
    const { clip, index, name } = item;
    const image = detections[picture]!;
    const where = { picture: { clip, index, name, ...image.size }, isDrawn: isDrawn(item) };
    return { ...mistake, ...shownIn(image), ...where };
  });
}

function examplesOf(bus: Bus, { items }: Dataset, split: DatasetItem['split']): DetectorExample[] {
  return items.filter((item) => item.split === split).map((item) => exampleOf(bus, item));
}

function exampleOf(bus: Bus, item: DatasetItem): DetectorExample {
  const draw = isDrawn(item) ? HAND_DRAW : 1;
  const boxes = item.boxes.map(({ box, label, weight, cause, risk }) => {
    // A correction is drawn, too: the filter takes all risk off it.
    return { box, label, weight, isAutomatic: cause !== 'hand' && risk > 0 };
  });
  return { name: item.name, boxes, draw, jpeg: () => fetchPicture(bus, item) };
}

function isDrawn({ boxes }: DatasetItem): boolean {
  return boxes.every((box) => box.cause === 'hand');
}

async function startOf(bus: Bus, start: TrainStart): Promise<DetectorStart> {
  switch (start.from) {
    case 'random':
      return { kind: 'random' };
    case 'model':
      return { kind: 'model', files: await fetchModel(bus, start.model) };
    case 'stored':
      throw new PoisonError('a detector starts from weights that the trainer has', { found: start.name });
    case 'weights': {
      const { path, format } = locateWeights(start.name);
      return { kind: format, path };
    }
  }
}

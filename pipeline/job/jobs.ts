/** Asking a stage for a job and waiting for its end. */
import { randomBytes } from 'node:crypto';
import type { DatasetItem } from '../../schemas/dataset.ts';
import { DatasetJob } from '../../schemas/dataset-job.ts';
import { ExplainJob } from '../../schemas/explain-job.ts';
import { Progress } from '../../schemas/progress.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import type { Bus } from '../bus/bus.ts';
import { type Outgoing, outgoing } from '../bus/envelope.ts';
import { PoisonError } from '../errors.ts';
import type { Meter } from './progress.ts';

/** E.g. `pre-1f3a90c2`. */
export function newJob(kind: string): string {
  return `${kind}-${randomBytes(4).toString('hex')}`;
}

/** Every word of a job that ended well, in order; the last is its result. */
export interface JobEnd {
  readonly result: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly history: readonly Progress[];
}

/**
 * Publishes a job and waits until it is done.
 * @throws PoisonError where it failed, with its reason; the signal's reason when aborted
 */
async function ask(
  bus: Bus,
  message: Outgoing,
  job: string,
  meter: Meter,
  signal: AbortSignal,
): Promise<JobEnd> {
  await bus.publish(message, { signal });
  const history: Progress[] = [];
  for await (const { body } of bus.follow(Progress, { job }, { signal })) {
    history.push(body);
    if (body.state === 'failed') throw new PoisonError(body.reason ?? `job ${job} failed`);
    if (body.state === 'done') return { result: body.result ?? {}, figures: body.figures, history };
    meter.update(body.done, body.total, note(body.figures));
  }
  throw signal.reason;
}

function note(figures: Readonly<Record<string, number>>): string {
  return ['loss', 'ap50']
    .flatMap((name) => (figures[name] === undefined ? [] : [`${name} ${figures[name].toFixed(3)}`]))
    .join(', ');
}

/** @returns the dataset's id */
export async function buildDataset(
  bus: Bus,
  of: { hand: readonly DatasetItem[]; clips: readonly string[]; classes: readonly string[] },
  meter: Meter,
  signal: AbortSignal,
): Promise<{ dataset: string; pictures: number; boxes: number }> {
  const job = newJob('dataset');
  const body: DatasetJob = { job, classes: [...of.classes], hand: [...of.hand], clips: [...of.clips] };
  const { result, figures } = await ask(bus, outgoing(DatasetJob, { job }, body), job, meter, signal);
  meter.done(`${figures.pictures} pictures, ${figures.boxes} boxes`);
  return { dataset: result.dataset ?? '', pictures: figures.pictures ?? 0, boxes: figures.boxes ?? 0 };
}

export interface TrainEnd extends JobEnd {
  readonly model: string;
  readonly promoted: boolean;
  readonly why: string;
}

export async function train(
  bus: Bus,
  of: Omit<TrainJob, 'job'>,
  meter: Meter,
  signal: AbortSignal,
): Promise<TrainEnd> {
  const job = newJob(of.kind);
  const message = outgoing(TrainJob, { kind: of.kind }, { job, ...of }, { id: job });
  const end = await ask(bus, message, job, meter, signal);
  const { model = '', promoted, why = '' } = end.result;
  return { ...end, model, promoted: promoted === 'yes', why };
}

/** @returns the job: the folder of its files in the object store `explanations` */
export async function explain(
  bus: Bus,
  of: Omit<ExplainJob, 'job'>,
  meter: Meter,
  signal: AbortSignal,
): Promise<JobEnd & { job: string }> {
  const job = newJob('explain');
  const end = await ask(bus, outgoing(ExplainJob, { job }, { job, ...of }), job, meter, signal);
  return { ...end, job };
}

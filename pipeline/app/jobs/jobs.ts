/** Asking a stage for a job and waiting for its end. */
import { randomBytes } from 'node:crypto';
import type { DatasetItem } from '../../../schemas/dataset.ts';
import { DatasetJob } from '../../../schemas/dataset-job.ts';
import { ExplainJob } from '../../../schemas/explain-job.ts';
import { Progress } from '../../../schemas/progress.ts';
import { TrainJob } from '../../../schemas/train-job.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { type Outgoing, outgoing } from '../../runtime/bus/envelope.ts';
import { PoisonError } from '../../runtime/errors.ts';
import { type Asked, askedJob, keyOf, remember } from './asked.ts';
import type { Meter, Meters } from './progress.ts';

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
 * @param tell what the job says of itself on the way
 * @throws PoisonError where it failed, with its reason; the signal's reason when aborted
 */
async function ask(
  bus: Bus,
  message: Outgoing,
  job: string,
  tell: (word: Progress) => void,
  signal: AbortSignal,
): Promise<JobEnd> {
  await bus.publish(message, { signal });
  return endOf(bus, { job, said: 0 }, tell, signal);
}

/**
 * Waits for the end of a job; told is what it says from its last word so far on.
 * @throws PoisonError where it failed, with its reason; the signal's reason when aborted
 */
async function endOf(
  bus: Bus,
  { job, said }: Asked,
  tell: (word: Progress) => void,
  signal: AbortSignal,
): Promise<JobEnd> {
  const history: Progress[] = [];
  for await (const { body, sequence } of bus.follow(Progress, { job }, { signal })) {
    if (body.state === 'running') leaveOut(history, body);
    history.push(body);
    if (body.state === 'failed') throw new PoisonError(body.reason ?? `job ${job} failed`);
    if (body.state === 'done') return { result: body.result ?? {}, figures: body.figures, history };
    if (sequence >= said) tell(body);
  }
  throw signal.reason;
}

/** What a job that was cut short says again. */
function leaveOut(history: Progress[], { step, done }: Progress): void {
  const again = history.findIndex((word) => word.step === step && word.done >= done);
  if (again >= 0) history.splice(again);
}

function onto(meter: Meter): (word: Progress) => void {
  return ({ done, total, figures }) => {
    const { resumed, steps } = figures;
    if (resumed !== undefined) meter.say(`going on from step ${resumed} of ${steps}`);
    meter.update(done, total, note(figures));
  };
}

/** A meter for each of the job's steps, one after the other. */
function stepwise(meters: Meters): (word: Progress) => void {
  let open: { step: string; total: number; meter: Meter } | undefined;
  return ({ step = 'working', done, total, figures }) => {
    if (open?.step !== step || open.total !== total) open = { step, total, meter: meters.start(step) };
    open.meter.update(done, total, note(figures));
    if (done >= total) open.meter.done(note(figures) || `${total}`);
  };
}

function note(figures: Readonly<Record<string, number>>): string {
  return ['loss', 'ap50', 'accuracy']
    .flatMap((name) => (figures[name] === undefined ? [] : [`${name} ${figures[name].toFixed(3)}`]))
    .join(', ');
}

/** @returns the dataset's id */
export async function buildDataset(
  bus: Bus,
  {
    hand,
    clips,
    classes,
    of,
  }: {
    hand: readonly DatasetItem[];
    clips: readonly string[];
    classes: readonly string[];
    of?: DatasetJob['of'];
  },
  meter: Meter,
  signal: AbortSignal,
): Promise<{ dataset: string; pictures: number; boxes: number }> {
  const job = newJob('dataset');
  const body: DatasetJob = {
    job,
    classes: [...classes],
    hand: [...hand],
    clips: [...clips],
    ...(of && { of }),
  };
  const { result, figures } = await ask(bus, outgoing(DatasetJob, { job }, body), job, onto(meter), signal);
  meter.done(`${figures.pictures} pictures, ${figures.boxes} boxes`);
  return { dataset: result.dataset ?? '', pictures: figures.pictures ?? 0, boxes: figures.boxes ?? 0 };
}

export interface TrainEnd extends JobEnd {
  readonly model: string;
  readonly promoted: boolean;
  readonly why: string;
}

/**
 * A detector. Where the same was asked for before and has not ended, it is that training which is waited for.
 * @param answered whether the answer of one that has ended will do
 */
export async function train(
  bus: Bus,
  of: Omit<TrainJob, 'job' | 'recipe' | 'epochs'>,
  meter: Meter,
  signal: AbortSignal,
  { answered = false }: { readonly answered?: boolean } = {},
): Promise<TrainEnd> {
  return trainJob(bus, of, onto(meter), signal, answered);
}

export async function trainClassifier(
  bus: Bus,
  of: Omit<TrainJob, 'job' | 'kind' | 'steps'>,
  meters: Meters,
  signal: AbortSignal,
): Promise<TrainEnd> {
  return trainJob(bus, { kind: 'classifier', ...of }, stepwise(meters), signal, false);
}

async function trainJob(
  bus: Bus,
  of: Omit<TrainJob, 'job'>,
  tell: (word: Progress) => void,
  signal: AbortSignal,
  answered: boolean,
): Promise<TrainEnd> {
  const key = keyOf(of);
  const asked = (await askedJob(bus, key, answered)) ?? (await askTraining(bus, of, key, signal));
  const end = await endOf(bus, asked, tell, signal).finally(() =>
    signal.aborted ? null : remember(bus, key, { job: asked.job, ended: true }),
  );
  const { model = '', promoted, why = '' } = end.result;
  return { ...end, model, promoted: promoted === 'yes', why };
}

async function askTraining(
  bus: Bus,
  of: Omit<TrainJob, 'job'>,
  key: string,
  signal: AbortSignal,
): Promise<Asked> {
  const job = newJob(of.kind);
  const message = outgoing(TrainJob, { kind: of.kind }, { job, ...of }, { id: job });
  await bus.publish(message, { signal });
  await remember(bus, key, { job, ended: false }, signal);
  return { job, said: 0 };
}

/** @returns the job: the folder of its files in the object store `explanations` */
export async function explain(
  bus: Bus,
  of: Omit<ExplainJob, 'job'>,
  meter: Meter,
  signal: AbortSignal,
): Promise<JobEnd & { job: string }> {
  const job = newJob('explain');
  const end = await ask(bus, outgoing(ExplainJob, { job }, { job, ...of }), job, onto(meter), signal);
  return { ...end, job };
}

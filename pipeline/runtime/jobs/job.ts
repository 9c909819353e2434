/** Asking a stage for a job and waiting for its end; every kind of job goes this one way. */
import { randomBytes } from 'node:crypto';
import type { MessageType } from '../../../schemas/message.ts';
import {
  type JobKind,
  type JobProgress,
  jobKinds,
  Progress,
  type ProgressOf,
  type ResultOf,
} from '../../../schemas/progress.ts';
import type { Bus } from '../bus/bus.ts';
import { outgoing } from '../bus/envelope.ts';
import { PoisonError } from '../errors.ts';
import { findPendingJob, jobKey, type PendingJob, type QuestionOf, rememberJob } from './pending-job.ts';

/** A job that ended well. */
export interface JobOutcome<K extends JobKind> {
  readonly job: string;
  readonly result: ResultOf<K>;
  /** All of its progress in order, without what it told twice. */
  readonly history: readonly ProgressOf<K>[];
}

export interface JobOptions<K extends JobKind> {
  readonly signal: AbortSignal;
  /** Called while the job runs. */
  readonly onProgress?: (progress: ProgressOf<K>) => void;
}

/**
 * Publishes a job and waits until it is done.
 * @throws PoisonError where it failed, with its reason; the signal's reason when aborted
 */
export async function runJob<K extends JobKind>(
  bus: Bus,
  kind: K,
  question: QuestionOf<K>,
  options: JobOptions<K>,
): Promise<JobOutcome<K>> {
  return outcomeOf(bus, kind, await publish(bus, kind, question, options.signal), options);
}

/**
 * The same; where this was asked before and has not ended, it is that job which is waited for, with its progress from
 * the last message on.
 * @param orDone whether the answer of a job that has ended will do
 */
export async function runOrJoinJob<K extends JobKind>(
  bus: Bus,
  kind: K,
  question: QuestionOf<K>,
  { orDone = false, ...options }: JobOptions<K> & { readonly orDone?: boolean },
): Promise<JobOutcome<K>> {
  const { signal } = options;
  const key = jobKey(kind, question);
  let pending = await findPendingJob(bus, key, orDone);
  if (!pending) {
    pending = await publish(bus, kind, question, signal);
    await rememberJob(bus, key, { job: pending.job, ended: false }, signal);
  }
  const { job } = pending;
  return outcomeOf(bus, kind, pending, options).finally(() =>
    signal.aborted ? null : rememberJob(bus, key, { job, ended: true }),
  );
}

async function publish<K extends JobKind>(
  bus: Bus,
  kind: K,
  question: QuestionOf<K>,
  signal: AbortSignal,
): Promise<PendingJob> {
  const job = `${kind}-${randomBytes(4).toString('hex')}`; // e.g. `pre-1f3a90c2`
  const body = { ...question, job, kind };
  await bus.publish(outgoing<MessageType>(jobKinds[kind].type, { job, kind }, body, { id: job }), { signal });
  return { job, lastSequence: 0 };
}

async function outcomeOf<K extends JobKind>(
  bus: Bus,
  kind: K,
  { job, lastSequence }: PendingJob,
  { signal, onProgress }: JobOptions<K>,
): Promise<JobOutcome<K>> {
  const history: ProgressOf<K>[] = [];
  for await (const { body, sequence } of bus.follow(Progress, { job }, { signal })) {
    const message: Progress | JobProgress<K> = body;
    if (!isOfKind(message, kind)) {
      throw new PoisonError(`job ${job} is of another kind`, { found: body.kind, expected: kind });
    }
    if (message.state === 'failed') throw new PoisonError(message.reason);
    if (message.state === 'done') return { job, result: message.result, history };
    dropRepeats(history, message.progress);
    history.push(message.progress);
    if (sequence >= lastSequence) onProgress?.(message.progress);
  }
  throw signal.reason;
}

function isOfKind<K extends JobKind>(body: Progress | JobProgress<K>, kind: K): body is JobProgress<K> {
  return body.kind === kind;
}

/** A job that was cut short tells again what it did since; that replaces what it told before. */
function dropRepeats<P extends ProgressOf<JobKind>>(history: P[], progress: P): void {
  const { step, done } = placeOf(progress);
  const again = history.map(placeOf).findIndex((place) => place.step === step && place.done >= done);
  if (again >= 0) history.splice(again);
}

function placeOf(progress: ProgressOf<JobKind>): { readonly step: string; readonly done: number } {
  if ('epoch' in progress) return { step: 'epochs', done: progress.epoch };
  return { step: 'step' in progress ? progress.step : 'clips', done: progress.done };
}

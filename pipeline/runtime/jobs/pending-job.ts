/** Jobs that were asked for before: the same question again, before there is an answer, leads to the same job. */
import { subjectOf } from '../../../schemas/message.ts';
import { type JobKind, type JobOf, jobKinds, Progress } from '../../../schemas/progress.ts';
import { AskedJob, askedKey } from '../../../schemas/state.ts';
import type { Bus } from '../bus/bus.ts';
import { jsonId } from '../content-id.ts';

/** What a job is asked: all but its name and kind. */
export type QuestionOf<K extends JobKind> = Omit<JobOf<K>, 'job' | 'kind'>;

/** A job that was published. */
export interface PendingJob {
  readonly job: string;
  /** Place in the stream of the last message that it has sent; 0: none yet. */
  readonly lastSequence: number;
}

/** Where the job that was asked this is remembered; another version of the job's message is another question. */
export function jobKey<K extends JobKind>(kind: K, question: QuestionOf<K>): string {
  return askedKey(jsonId([jobKinds[kind].type.type, kind, question]));
}

/**
 * The job that has not ended; with `orDone` also one that ended well.
 * Null where there is none, or nothing is known of it any more.
 */
export async function findPendingJob(bus: Bus, key: string, orDone: boolean): Promise<PendingJob | null> {
  const { value } = await bus.state.get(key, AskedJob);
  if (!value) return null;
  const last = await bus.last(Progress, subjectOf(Progress, { job: value.job }));
  const pending = { job: value.job, lastSequence: last?.sequence ?? 0 };
  if (value.ended || (last && last.body.state !== 'running')) {
    return orDone && last?.body.state === 'done' ? pending : null;
  }
  // Without an end its message is in the queue, unless a person took it out.
  return (await bus.occupancy('JOBS')).messages > 0 ? pending : null;
}

/** To be called when the job's message is stored (a key without a job would be waited for in vain), and when it has ended. */
export async function rememberJob(
  bus: Bus,
  key: string,
  value: Omit<AskedJob, 'version'>,
  signal?: AbortSignal,
): Promise<void> {
  await bus.state.put(key, { version: 1, ...value } satisfies AskedJob, signal);
}

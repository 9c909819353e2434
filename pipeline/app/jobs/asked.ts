/** Jobs that were asked for: the same question again, before there is an answer, leads to the same job. */
import { createHash } from 'node:crypto';
import { subjectOf } from '../../../schemas/message.ts';
import { Progress } from '../../../schemas/progress.ts';
import { AskedJob } from '../../../schemas/state.ts';
import type { Bus } from '../../runtime/bus/bus.ts';

/** A job, and its last word's place in the stream; 0: none yet. */
export interface Asked {
  readonly job: string;
  readonly said: number;
}

/** @param question what the job is asked, all but its name */
export function keyOf(question: object): string {
  return `asked.${createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 16)}`;
}

/**
 * The job that has not ended; where `answered`, also one that ended well.
 * Null where there is none, or nothing is known of it any more.
 */
export async function askedJob(bus: Bus, key: string, answered: boolean): Promise<Asked | null> {
  const { value } = await bus.state.get(key, AskedJob);
  if (!value) return null;
  const last = await bus.last(Progress, subjectOf(Progress, { job: value.job }));
  const asked = { job: value.job, said: last?.sequence ?? 0 };
  if (value.ended || (last && last.body.state !== 'running')) {
    return answered && last?.body.state === 'done' ? asked : null;
  }
  // Without an end its message is in the queue, unless a person took it out.
  return (await bus.occupancy('JOBS')).messages > 0 ? asked : null;
}

/** To be put when the job's message is stored (a key without a job would be waited for in vain), and when it has ended. */
export async function remember(bus: Bus, key: string, value: AskedJob, signal?: AbortSignal): Promise<void> {
  await bus.state.put(key, value, signal);
}

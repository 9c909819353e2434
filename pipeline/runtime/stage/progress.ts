/** What a stage says of a job that it works on. */
import { Progress } from '../../../schemas/progress.ts';
import { type Outgoing, outgoing } from '../bus/envelope.ts';

/** @param word tells this word from the job's others, e.g. the epoch; the same again is harmless */
export function progress(body: Progress, word: string, parent?: string): Outgoing {
  return outgoing(Progress, { job: body.job }, body, {
    id: `${body.job}:${word}`,
    ...(parent ? { parent } : {}),
  });
}

/** The last word of a job that can never be done. */
export function jobFailed(job: string, reason: string): Outgoing {
  return progress({ job, state: 'failed', done: 0, total: 0, figures: {}, reason }, 'failed');
}

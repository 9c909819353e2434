/** Jobs as the page shows them, from what they tell of themselves. Pure. */
import type { FollowResult } from '../../../schemas/follow-job.ts';
import type { Progress } from '../../../schemas/progress.ts';
import type { JobView } from './api.ts';

/** What is known of a job that was just asked for. */
export type AskedJob = Pick<JobView, 'job' | 'kind' | 'line'>;
/** Single frames are no work that a person began. */
export type ShownProgress = Exclude<Progress, { kind: 'stills' }>;

export class JobViews {
  readonly #jobs = new Map<string, JobView>();

  /**
   * @param storedAt when the message was stored, Unix time, ms
   * @returns the job as it stands now
   */
  add(message: ShownProgress, storedAt: number): JobView {
    const { job, kind, state } = message;
    const before = this.#jobs.get(job);
    const startedAt = before?.startedAt ?? new Date(storedAt).toISOString();
    const base = { job, kind, startedAt, history: before?.history ?? [] };
    const view = state === 'running' ? running(base, message) : ended(base, message);
    this.#jobs.set(job, view);
    return view;
  }

  /** A job that has told nothing of itself yet. @returns the job as it stands now */
  ask({ job, kind, line }: AskedJob): JobView {
    const known = this.#jobs.get(job);
    if (known) return known;
    const startedAt = new Date().toISOString();
    const view: JobView = { job, kind, line, startedAt, state: 'waiting', ...untold };
    this.#jobs.set(job, view);
    return view;
  }

  /** The newest first. */
  all(): JobView[] {
    return [...this.#jobs.values()].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }
}

const untold = { share: null, secondsLeft: null, history: [] } as const;

type Base = Pick<JobView, 'job' | 'kind' | 'startedAt' | 'history'>;
type Running = Extract<ShownProgress, { state: 'running' }>;

function running(base: Base, message: Running): JobView {
  if (message.kind === 'pre' || message.kind === 'main') {
    const { step, steps, loss, seconds, heldOut, epoch, epochs } = message.progress;
    return {
      ...base,
      state: 'running',
      share: step / steps,
      secondsLeft: Math.round((seconds / step) * (steps - step)),
      line: `${epoch}/${epochs} · ${loss.toFixed(2)}`,
      history: [...base.history, { step, loss, ap50: heldOut?.ap50 ?? null }],
    };
  }
  const { done, total } = message.progress;
  const line = message.kind === 'classifier' ? message.progress.step : `${done}/${total}`;
  return { ...base, state: 'running', share: total > 0 ? done / total : null, secondsLeft: null, line };
}

function ended(base: Base, message: Exclude<ShownProgress, Running>): JobView {
  if (message.state === 'failed')
    return { ...base, state: 'failed', share: null, secondsLeft: null, line: message.reason };
  return { ...base, state: 'done', share: 1, secondsLeft: 0, line: resultLine(message) };
}

function resultLine(message: Extract<ShownProgress, { state: 'done' }>): string {
  if (message.kind === 'dataset') return `${message.result.pictures} · ${message.result.boxes}`;
  if (message.kind === 'explain') return message.result.says;
  if (message.kind === 'diff') return `${message.result.found.length}`;
  if (message.kind === 'follow') return followedLine(message.result);
  return message.result.why;
}

/** Frames and labels; in brackets, frames on which a person's decision was left as it was. */
function followedLine({ first, last, labels, kept }: FollowResult): string {
  return `${first}–${last} · ${labels}${kept > 0 ? ` (${kept})` : ''}`;
}

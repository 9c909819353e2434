/** What a stage tells of a job that it works on. */
import type { MessageType } from '../../../schemas/message.ts';
import {
  type JobKind,
  type JobProgress,
  Progress,
  type ProgressOf,
  type ResultOf,
} from '../../../schemas/progress.ts';
import { type Outgoing, outgoing } from '../bus/envelope.ts';

/** The messages of one job. */
export class JobReport<K extends JobKind> {
  readonly #kind: K;
  readonly #job: string;
  readonly #parent: string | undefined;

  /** @param parent `traceparent` of the message that asked for the job */
  constructor(kind: K, job: string, parent?: string) {
    this.#kind = kind;
    this.#job = job;
    this.#parent = parent;
  }

  /** @param key tells this message from the job's others, e.g. the epoch: the same again is harmless */
  running(progress: ProgressOf<K>, key: string): Outgoing {
    return this.#message({ ...this.#identity, state: 'running', progress }, key);
  }

  done(result: ResultOf<K>): Outgoing {
    return this.#message({ ...this.#identity, state: 'done', result }, 'done');
  }

  /** The last message of a job that can never be done. */
  failed(reason: string): Outgoing {
    return this.#message({ ...this.#identity, state: 'failed', reason }, 'failed');
  }

  get #identity(): { job: string; kind: K } {
    return { job: this.#job, kind: this.#kind };
  }

  #message(body: JobProgress<K>, key: string): Outgoing {
    const parent = this.#parent === undefined ? {} : { parent: this.#parent };
    return outgoing<MessageType>(Progress, { job: this.#job }, body, {
      id: `${this.#job}:${key}`,
      ...parent,
    });
  }
}

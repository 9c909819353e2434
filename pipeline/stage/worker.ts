/**
 * One handler at work: takes inputs, keeps their leases, publishes what comes out, and only then acknowledges.
 * At-least-once rests on this order.
 */
import { Dead } from '../../schemas/dead.ts';
import type { Bus } from '../bus/bus.ts';
import { decode, type Incoming, type Outgoing, outgoing } from '../bus/envelope.ts';
import type { Delivery, WorkQueue } from '../bus/work.ts';
import { type FatalError, reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { emit } from './emit.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Commit, Context, Handler } from './stage.ts';
import type { Stats } from './stats.ts';

interface Job {
  readonly delivery: Delivery;
  readonly input: Incoming;
}

export class Worker {
  readonly #bus: Bus;
  readonly #handler: Handler;
  readonly #queue: WorkQueue;
  readonly #stage: string;
  readonly #log: Logger;
  readonly #stats: Stats;
  readonly #signal: AbortSignal;
  readonly #exit: (error: FatalError) => void;

  constructor(options: {
    bus: Bus;
    handler: Handler;
    stage: string;
    log: Logger;
    stats: Stats;
    signal: AbortSignal;
    /** Called where the process cannot go on. */
    exit: (error: FatalError) => void;
  }) {
    const { bus, handler, stage, log, stats, signal, exit } = options;
    const { type, leaseS } = handler.take;
    this.#bus = bus;
    this.#handler = handler;
    this.#stage = stage;
    this.#log = log;
    this.#stats = stats;
    this.#signal = signal;
    this.#exit = exit;
    const subject = type.subject.replace(/\{\w+\}/g, '*');
    const durable = `${stage}_${subject.replace(/\.\*/g, '').replace(/\./g, '_')}`;
    this.#queue = bus.work({ stream: type.stream, subject, durable, leaseS });
  }

  /** Works until the signal is aborted; resolves when all that was begun is settled. */
  async run(): Promise<void> {
    const loops = 'each' in this.#handler ? this.#handler.concurrency : 1;
    await Promise.all(Array.from({ length: loops }, () => this.#loop()));
    await this.#queue.close();
  }

  async #loop(): Promise<void> {
    const size = 'each' in this.#handler ? 1 : this.#handler.size;
    while (!this.#signal.aborted) {
      const deliveries = await this.#queue.take(size, this.#signal);
      if (deliveries.length === 0) {
        this.#stats.lag(0);
        continue;
      }
      this.#stats.lag(deliveries.at(-1)?.waiting ?? 0);
      await this.#work(deliveries);
    }
  }

  async #work(deliveries: readonly Delivery[]): Promise<void> {
    const started = performance.now();
    const renewal = setInterval(
      () => {
        for (const delivery of deliveries) delivery.renew();
      },
      (this.#handler.take.leaseS * 1000) / 3,
    );
    try {
      const jobs = await this.#opened(deliveries);
      if ('each' in this.#handler) for (const job of jobs) await this.#each(job);
      else if (jobs.length > 0) await this.#batch(jobs);
    } finally {
      clearInterval(renewal);
      this.#stats.handled(deliveries.length, performance.now() - started);
    }
  }

  /** Checks each message; what is not valid, or has been tried too often, goes to DEAD at once. */
  async #opened(deliveries: readonly Delivery[]): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const delivery of deliveries) {
      try {
        const input = decode(this.#handler.take.type, delivery.raw);
        const { attempts } = this.#handler.take;
        if (delivery.attempt <= attempts) jobs.push({ delivery, input });
        else await this.#bury(delivery, `no process finished it in ${attempts} attempts`, input);
      } catch (error) {
        await this.#bury(delivery, reasonOf(error));
      }
    }
    return jobs;
  }

  async #each({ delivery, input }: Job): Promise<void> {
    if (!('each' in this.#handler)) return;
    const context = this.#context(input);
    try {
      await this.#publish(this.#handler.each(input, context));
      await this.#acknowledge(delivery);
    } catch (error) {
      await this.#failed(delivery, input, error);
    }
  }

  async #batch(jobs: readonly Job[]): Promise<void> {
    if (!('batch' in this.#handler)) return;
    let results: readonly (Outgoing[] | Error)[];
    try {
      const context = { signal: this.#signal, log: this.#log };
      results = await this.#handler.batch(
        jobs.map((job) => job.input),
        context,
      );
    } catch (error) {
      results = jobs.map(() => (error instanceof Error ? error : new Error(String(error))));
    }
    await Promise.all(
      jobs.map(async ({ delivery, input }, i) => {
        try {
          const result = results[i] ?? new Error('the handler gave no result');
          if (result instanceof Error) throw result;
          await this.#publish(result);
          await this.#acknowledge(delivery);
        } catch (error) {
          await this.#failed(delivery, input, error);
        }
      }),
    );
  }

  async #publish(messages: AsyncIterable<Outgoing | Commit> | Iterable<Outgoing>): Promise<void> {
    await emit(messages, async (message) => {
      await this.#bus.publish(message, { signal: this.#signal });
      this.#stats.published();
    });
  }

  /** An acknowledgement that gets lost only means that the input comes again, which is harmless. */
  async #acknowledge(delivery: Delivery): Promise<void> {
    await delivery.ack().catch((error) => this.#log.warn({ why: reasonOf(error) }, 'acknowledgement lost'));
  }

  async #failed(delivery: Delivery, input: Incoming, error: unknown): Promise<void> {
    if (this.#signal.aborted) {
      delivery.retry(0);
      return;
    }
    const outcome: Outcome = outcomeOf(error, delivery.attempt, this.#handler.take.attempts);
    const { log } = this.#context(input);
    switch (outcome.kind) {
      case 'dead':
        return this.#bury(delivery, outcome.reason, input);
      case 'retry':
        log.warn(
          { why: outcome.reason, attempt: delivery.attempt, delayMs: outcome.delayMs, err: error },
          'will try again',
        );
        delivery.retry(outcome.delayMs);
        return;
      case 'exit':
        delivery.retry(0);
        this.#exit(outcome.error);
    }
  }

  /** DEAD first, then the obituary, then the acknowledgement: a crash in between only repeats. */
  async #bury(delivery: Delivery, reason: string, input?: Incoming): Promise<void> {
    const { raw, attempt } = delivery;
    const headers = Object.fromEntries(
      (raw.headers?.keys() ?? []).map((key) => [key, raw.headers?.get(key) ?? '']),
    );
    const dead = outgoing(
      Dead,
      { stage: this.#stage, subject: raw.subject },
      {
        stage: this.#stage,
        subject: raw.subject,
        type: headers['ce-type'] ?? '',
        reason,
        attempts: attempt,
        at: new Date().toISOString(),
        headers,
      },
      { id: `dead:${this.#stage}:${raw.subject}:${raw.sequence}`, payload: raw.data },
    );
    this.#stats.died();
    this.#log.error({ subject: raw.subject, msgId: input?.id, why: reason, attempt }, 'dead');
    try {
      const obituary = input ? (this.#handler.obituary?.(input, reason) ?? []) : [];
      await this.#publish([dead, ...obituary]);
      await this.#acknowledge(delivery);
    } catch {
      delivery.retry(0); // only a stop ends up here: the next process buries it
    }
  }

  #context(input: Incoming): Context {
    const { clip, index } = input.body as { clip?: string; index?: number }; // most messages have them; logs only
    return {
      signal: this.#signal,
      log: this.#log.child({ clip, index, msgId: input.id, traceparent: input.traceparent }),
    };
  }
}

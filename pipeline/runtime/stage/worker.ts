/**
 * One handler at work: takes inputs, keeps their leases, publishes what comes out, and only then acknowledges.
 * At-least-once rests on this order.
 */
import { Dead } from '../../../schemas/dead.ts';
import type { Bus } from '../bus/bus.ts';
import { decode, type Incoming, type Outgoing, outgoing } from '../bus/envelope.ts';
import { pause } from '../bus/pause.ts';
import type { Delivery, WorkQueue } from '../bus/work.ts';
import { type FatalError, reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { emit } from './emit.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { sourceOf } from './source.ts';
import type { Commit, Context, Handler } from './stage.ts';
import type { Stats } from './stats.ts';

interface Job {
  readonly delivery: Delivery;
  readonly input: Incoming;
  /** How often it had to wait because something was overloaded. */
  waits: number;
}

/** An input that waits, in this process, for what is overloaded. */
interface Held {
  readonly job: Job;
  readonly delayMs: number;
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
    this.#bus = bus;
    this.#handler = handler;
    this.#stage = stage;
    this.#log = log;
    this.#stats = stats;
    this.#signal = signal;
    this.#exit = exit;
    this.#queue = bus.work(sourceOf(stage, handler.take));
  }

  /** Works until the signal is aborted; resolves when all that was begun is settled. */
  async run(): Promise<void> {
    const loops = this.#handler.concurrency ?? 1;
    await Promise.all(Array.from({ length: loops }, () => this.#loop()));
    await this.#queue.close();
  }

  async #loop(): Promise<void> {
    const size = 'each' in this.#handler ? 1 : this.#handler.size;
    while (!this.#signal.aborted) {
      const deliveries = await this.#queue.take(size, this.#signal);
      this.#stats.lag(this.#queue.source.durable, deliveries.at(-1)?.waiting ?? 0);
      if (deliveries.length === 0) continue;
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
      let jobs = await this.#opened(deliveries);
      while (jobs.length > 0) {
        const held = 'each' in this.#handler ? await this.#each(jobs) : await this.#batch(jobs);
        jobs = await this.#afterWaiting(held);
      }
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
        if (delivery.attempt <= attempts) jobs.push({ delivery, input, waits: 0 });
        else await this.#bury(delivery, `no process finished it in ${attempts} attempts`, input);
      } catch (error) {
        await this.#bury(delivery, reasonOf(error));
      }
    }
    return jobs;
  }

  /** Waits as long as the longest has to; when the process is to stop, they are given back. */
  async #afterWaiting(held: readonly Held[]): Promise<Job[]> {
    if (held.length === 0) return [];
    await pause(Math.max(...held.map(({ delayMs }) => delayMs)), this.#signal).catch(() => {});
    if (!this.#signal.aborted) return held.map(({ job }) => job);
    for (const { job } of held) job.delivery.retry(0);
    return [];
  }

  /** Gives those that have to wait. */
  async #each(jobs: readonly Job[]): Promise<Held[]> {
    const held: Held[] = [];
    for (const job of jobs) {
      if (!('each' in this.#handler)) break;
      try {
        await this.#publish(this.#handler.each(job.input, this.#context(job.input)));
        await this.#acknowledge(job.delivery);
      } catch (error) {
        held.push(...(await this.#failed(job, error)));
      }
    }
    return held;
  }

  /** Gives those that have to wait. */
  async #batch(jobs: readonly Job[]): Promise<Held[]> {
    if (!('batch' in this.#handler)) return [];
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
    const held = await Promise.all(
      jobs.map(async (job, i) => {
        try {
          const result = results[i] ?? new Error('the handler gave no result');
          if (result instanceof Error) throw result;
          await this.#publish(result);
          await this.#acknowledge(job.delivery);
          return [];
        } catch (error) {
          return this.#failed(job, error);
        }
      }),
    );
    return held.flat();
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

  /** Settles the input, or gives it back to be held for a while. */
  async #failed(job: Job, error: unknown): Promise<Held[]> {
    const { delivery, input } = job;
    if (this.#signal.aborted) {
      delivery.retry(0);
      return [];
    }
    const outcome: Outcome = outcomeOf(error, delivery.attempt, this.#handler.take.attempts, job.waits);
    const { log } = this.#context(input);
    switch (outcome.kind) {
      case 'dead':
        await this.#bury(delivery, outcome.reason, input);
        return [];
      case 'wait':
        if (job.waits === 0) log.warn({ why: outcome.reason }, 'overloaded: waiting');
        job.waits += 1;
        return [{ job, delayMs: outcome.delayMs }];
      case 'retry':
        log.warn(
          { why: outcome.reason, attempt: delivery.attempt, delayMs: outcome.delayMs, err: error },
          'will try again',
        );
        delivery.retry(outcome.delayMs);
        return [];
      case 'exit':
        delivery.retry(0);
        this.#exit(outcome.error);
        return [];
    }
  }

  /**
   * DEAD first, then the obituary, then the acknowledgement: a crash in between only repeats. What can't be published
   * as it is (a payload that is too large with the facts beside it) is buried without: it must not come back for ever.
   */
  async #bury(delivery: Delivery, reason: string, input?: Incoming): Promise<void> {
    const { raw, attempt } = delivery;
    const headers = Object.fromEntries(
      (raw.headers?.keys() ?? []).map((key) => [key, raw.headers?.get(key) ?? '']),
    );
    const facts: Dead = {
      stage: this.#stage,
      subject: raw.subject,
      type: headers['ce-type'] ?? '',
      reason,
      attempts: attempt,
      at: new Date().toISOString(),
      headers,
    };
    const parameters = { stage: this.#stage, subject: raw.subject };
    const id = `dead:${this.#stage}:${raw.subject}:${raw.sequence}`;
    this.#stats.died();
    this.#log.error({ subject: raw.subject, msgId: input?.id, why: reason, attempt }, 'dead');
    const whole = () => [outgoing(Dead, parameters, facts, { id, payload: raw.data })];
    const short = { ...facts, reason: `${reason} (too large to be kept)`, headers: {} };
    const announced =
      (await this.#announce(whole, () => [outgoing(Dead, parameters, short, { id })])) &&
      (await this.#announce(() => (input && this.#handler.obituary?.(input, reason)) ?? []));
    if (announced) await this.#acknowledge(delivery);
    else delivery.retry(0); // the next process buries it
  }

  /**
   * Publishes; what can never be published is logged, and replaced where there is something else.
   * @returns false where the process is to stop first
   */
  async #announce(messages: () => Outgoing[], instead?: () => Outgoing[]): Promise<boolean> {
    try {
      await this.#publish(messages());
      return true;
    } catch (error) {
      if (this.#signal.aborted) return false;
      this.#log.error({ why: reasonOf(error) }, 'not published');
      return instead ? this.#announce(instead) : true;
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

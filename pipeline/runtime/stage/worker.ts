/**
 * One handler at work: takes inputs, keeps them while it works, publishes what comes out, and only then acknowledges.
 * At-least-once rests on this order.
 */
import type { Bus } from '../bus/bus.ts';
import { decode, type Incoming, type Outgoing } from '../bus/envelope.ts';
import { pause } from '../bus/pause.ts';
import type { Delivery, WorkQueue } from '../bus/work.ts';
import { type FatalError, reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import { cameraOf } from '../metrics/camera.ts';
import { deadLetter } from './dead-letter.ts';
import { emit } from './emit.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Commit, Context, Handler } from './stage.ts';
import type { Stats } from './stats.ts';
import { workSource } from './work-source.ts';

/** An input that this process has taken and not settled. */
interface Task {
  readonly delivery: Delivery;
  readonly input: Incoming;
  /** How often it had to wait because something was overloaded. */
  waits: number;
}

/** An input that waits in this process, because what it needs is overloaded. */
interface Postponed {
  readonly task: Task;
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
    this.#queue = bus.work(workSource(stage, handler.take));
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
    const cameras = deliveries.map(() => '');
    const renewal = setInterval(
      () => {
        for (const delivery of deliveries) delivery.renew();
      },
      (this.#handler.take.ackWaitS * 1000) / 3,
    );
    try {
      let tasks = await this.#opened(deliveries);
      cameras.splice(0, tasks.length, ...tasks.map(({ input }) => this.#cameraOf(input)));
      while (tasks.length > 0) {
        const postponed = 'each' in this.#handler ? await this.#each(tasks) : await this.#batch(tasks);
        tasks = await this.#afterPause(postponed);
      }
    } finally {
      clearInterval(renewal);
      this.#stats.handled(cameras, performance.now() - started);
    }
  }

  /** Checks each message; what is not valid, or has been tried too often, goes to DEAD at once. */
  async #opened(deliveries: readonly Delivery[]): Promise<Task[]> {
    const tasks: Task[] = [];
    for (const delivery of deliveries) {
      try {
        const input = decode(this.#handler.take.type, delivery.raw);
        const { attempts } = this.#handler.take;
        if (delivery.attempt <= attempts) tasks.push({ delivery, input, waits: 0 });
        else await this.#giveUp(delivery, `no process finished it in ${attempts} attempts`, input);
      } catch (error) {
        await this.#giveUp(delivery, reasonOf(error));
      }
    }
    return tasks;
  }

  /** Waits as long as the longest has to; when the process is to stop, they are given back. */
  async #afterPause(postponed: readonly Postponed[]): Promise<Task[]> {
    if (postponed.length === 0) return [];
    await pause(Math.max(...postponed.map(({ delayMs }) => delayMs)), this.#signal).catch(() => {});
    if (!this.#signal.aborted) return postponed.map(({ task }) => task);
    for (const { task } of postponed) task.delivery.retry(0);
    return [];
  }

  /** @returns those that have to wait */
  async #each(tasks: readonly Task[]): Promise<Postponed[]> {
    const postponed: Postponed[] = [];
    for (const task of tasks) {
      if (!('each' in this.#handler)) break;
      try {
        await this.#publish(this.#handler.each(task.input, this.#context(task.input)), task.input);
        await this.#acknowledge(task.delivery);
      } catch (error) {
        postponed.push(...(await this.#failed(task, error)));
      }
    }
    return postponed;
  }

  /** @returns those that have to wait */
  async #batch(tasks: readonly Task[]): Promise<Postponed[]> {
    if (!('batch' in this.#handler)) return [];
    let results: readonly (Outgoing[] | Error)[];
    try {
      const context = { signal: this.#signal, log: this.#log };
      results = await this.#handler.batch(
        tasks.map((task) => task.input),
        context,
      );
    } catch (error) {
      results = tasks.map(() => (error instanceof Error ? error : new Error(String(error))));
    }
    const postponed = await Promise.all(
      tasks.map(async (task, i) => {
        try {
          const result = results[i] ?? new Error('the handler gave no result');
          if (result instanceof Error) throw result;
          await this.#publish(result, task.input);
          await this.#acknowledge(task.delivery);
          return [];
        } catch (error) {
          return this.#failed(task, error);
        }
      }),
    );
    return postponed.flat();
  }

  /** @param input what they follow from; undefined where it could not be read */
  async #publish(
    messages: AsyncIterable<Outgoing | Commit> | Iterable<Outgoing | Commit>,
    input: Incoming | undefined,
  ): Promise<void> {
    const camera = this.#cameraOf(input);
    await emit(messages, async (message) => {
      await this.#bus.publish(message, { signal: this.#signal });
      this.#stats.published(message.type.type, camera);
    });
  }

  /** '' where it is of none. */
  #cameraOf(input: Incoming | undefined): string {
    return input ? cameraOf(this.#handler.take.type, input.subject, input.body) : '';
  }

  /** An acknowledgement that gets lost only means that the input comes again, which is harmless. */
  async #acknowledge(delivery: Delivery): Promise<void> {
    await delivery.ack().catch((error) => this.#log.warn({ why: reasonOf(error) }, 'acknowledgement lost'));
  }

  /** Settles the input. @returns it where it has to wait in this process */
  async #failed(task: Task, error: unknown): Promise<Postponed[]> {
    const { delivery, input } = task;
    if (this.#signal.aborted) {
      delivery.retry(0);
      return [];
    }
    const outcome: Outcome = outcomeOf(error, delivery.attempt, this.#handler.take.attempts, task.waits);
    const { log } = this.#context(input);
    switch (outcome.kind) {
      case 'dead':
        await this.#giveUp(delivery, outcome.reason, input);
        return [];
      case 'wait':
        if (task.waits === 0) log.warn({ why: outcome.reason }, 'overloaded: waiting');
        task.waits += 1;
        return [{ task, delayMs: outcome.delayMs }];
      case 'retry':
        log.warn(
          { why: outcome.reason, attempt: delivery.attempt, delayMs: outcome.delayMs, err: error },
          'will try again',
        );
        delivery.retry(outcome.delayMs);
        this.#stats.failed(this.#cameraOf(input));
        return [];
      case 'exit':
        delivery.retry(0);
        this.#exit(outcome.error);
        return [];
    }
  }

  /** Acknowledged when all is stored; else the next process gives it up. */
  async #giveUp(delivery: Delivery, reason: string, input?: Incoming): Promise<void> {
    this.#stats.died(this.#cameraOf(input));
    const options = {
      stage: this.#stage,
      publish: (messages: (Outgoing | Commit)[]) => this.#publish(messages, input),
      onDead: this.#handler.onDead?.bind(this.#handler),
      log: this.#log,
      signal: this.#signal,
    };
    if (await deadLetter(delivery, reason, input, options)) await this.#acknowledge(delivery);
    else delivery.retry(0);
  }

  #context(input: Incoming): Context {
    const { clip, index } = input.body as { clip?: string; index?: number }; // most messages have them; logs only
    return {
      signal: this.#signal,
      log: this.#log.child({ clip, index, msgId: input.id, traceparent: input.traceparent }),
    };
  }
}

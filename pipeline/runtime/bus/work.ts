/**
 * Taking work: a durable pull consumer whose messages must be acknowledged. No more is pulled than is asked for,
 * because what waits in the client counts against the ack wait.
 */
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { Logger } from 'pino';
import type { StreamName } from '../../../schemas/message.ts';
import { Condition } from '../condition.ts';
import { reasonOf } from '../errors.ts';
import { backoffMs, retryForever } from '../retry.ts';
import type { RawMessage } from './envelope.ts';
import { isTransient } from './failures.ts';
import { pause } from './pause.ts';
import { WORK_QUEUES } from './topology.ts';

export interface WorkSource {
  readonly stream: StreamName;
  /** Subject filter. */
  readonly subject: string;
  /** Name of the durable consumer, shared by all processes of a stage. */
  readonly durable: string;
  /** Seconds after which an unacknowledged message is given to another process. */
  readonly ackWaitS: number;
}

/** A message and the right to settle it, once. */
export interface Delivery {
  readonly raw: RawMessage;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** Messages of this consumer that wait on the server. */
  readonly waiting: number;
  /** Done. Resolves when the server knows. */
  ack(): Promise<void>;
  /** Not done: deliver again after `delayMs`. */
  retry(delayMs: number): void;
  /** The ack wait runs anew. */
  renew(): void;
}

/** How long one pull waits for work. */
const NEXT_MS = 1_000;

/** Between pulls that fail. */
const BACKOFF = { firstMs: 500, longestMs: 5_000 };

/** Makes the durable consumer, or updates it. */
export async function ensureConsumer(manager: JetStreamManager, source: WorkSource): Promise<void> {
  await manager.consumers.add(source.stream, {
    durable_name: source.durable,
    filter_subject: source.subject,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: source.ackWaitS * 1e9,
    max_deliver: -1,
    max_ack_pending: 10_000,
  });
}

/**
 * Makes the consumer anew where its stream holds messages behind the place up to which it knows that all is
 * acknowledged: a server that was killed found them again, and would never give them to anybody. Asked is the consumer
 * first, so that what is acknowledged meanwhile is not taken for one of them.
 * @returns whether there were any
 */
export async function recoverForgotten(
  manager: JetStreamManager,
  source: WorkSource,
  log: Logger,
): Promise<boolean> {
  if (!WORK_QUEUES.some((name) => name === source.stream)) return false;
  const { ack_floor } = await manager.consumers.info(source.stream, source.durable);
  const { state } = await manager.streams.info(source.stream);
  // With several consumers, the first message may be another one's.
  if (state.messages === 0 || state.consumer_count !== 1 || state.first_seq > ack_floor.stream_seq)
    return false;
  log.warn(
    { consumer: source.durable, first: state.first_seq },
    'work that was done came back: it is taken once more',
  );
  await manager.consumers.delete(source.stream, source.durable);
  await ensureConsumer(manager, source);
  return true;
}

/**
 * One by one (`most` = 1) nothing is pulled ahead, because a job that waits in a busy process could have been done
 * by another. In batches, the next batch is pulled while this one is worked on.
 */
export class WorkQueue {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #log: Logger;
  readonly source: WorkSource;
  #consumer: Consumer | undefined;
  #pulled: Delivery[] = [];
  #stream: ConsumerMessages | undefined;
  #pulling: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  readonly #arrived = new Condition();
  readonly #taken = new Condition();
  /** Pulls that failed in a row. */
  #failures = 0;
  /** Ends when the pull under way has ended. */
  #pull: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(client: JetStreamClient, manager: JetStreamManager, log: Logger, source: WorkSource) {
    this.#client = client;
    this.#manager = manager;
    this.#log = log;
    this.source = source;
  }

  /**
   * Waits for work: resolves with 1..`most` messages as soon as there are any, with none after about a second or
   * when aborted. A server that is gone is waited for.
   */
  async take(most: number, signal: AbortSignal): Promise<Delivery[]> {
    try {
      const consumer = await this.#open();
      const taken =
        most === 1 ? await this.#next(consumer, signal) : await this.#batch(consumer, most, signal);
      this.#failures = 0;
      return taken;
    } catch (error) {
      if (signal.aborted) return [];
      this.#log.warn({ consumer: this.source.durable, why: reasonOf(error) }, 'taking work again');
      this.#consumer = undefined;
      this.#failures += 1;
      await pause(backoffMs(this.#failures, BACKOFF), signal).catch(() => {}); // the caller sees the abort
      return [];
    }
  }

  /** Gives back what was pulled and not taken; what the client has not read yet comes again when its ack wait ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#taken.notifyAll();
    await this.#stream?.close();
    await this.#reading;
    for (const delivery of this.#pulled.splice(0)) delivery.retry(0);
  }

  /** To be called when the server is there again. */
  async reconnected(): Promise<void> {
    if (!this.#consumer || this.#closed) return; // looked after when it is opened
    const recovered = await retryForever(() => recoverForgotten(this.#manager, this.source, this.#log), {
      backoff: BACKOFF,
      isTransient: (error) => !this.#closed && isTransient(error),
    });
    if (recovered) this.#stream?.stop(); // it would wait half a minute for the old consumer
  }

  /** Messages that wait for this consumer, and those that are being worked on. */
  async backlog(): Promise<{ waiting: number; working: number }> {
    const info = await this.#manager.consumers.info(this.source.stream, this.source.durable);
    return { waiting: info.num_pending, working: info.num_ack_pending };
  }

  async #open(): Promise<Consumer> {
    if (!this.#consumer) {
      await ensureConsumer(this.#manager, this.source);
      await recoverForgotten(this.#manager, this.source, this.#log);
      this.#consumer = await this.#client.consumers.get(this.source.stream, this.source.durable);
    }
    return this.#consumer;
  }

  /**
   * One pull at a time: what is given back when the process stops would else go to each pull that is still open, and
   * cost an attempt every time.
   */
  async #next(consumer: Consumer, signal: AbortSignal): Promise<Delivery[]> {
    const before = this.#pull;
    const pull = before.then(() => (signal.aborted ? [] : this.#pullOne(consumer, signal)));
    this.#pull = pull.catch(() => {}); // its caller is told
    return pull;
  }

  async #pullOne(consumer: Consumer, signal: AbortSignal): Promise<Delivery[]> {
    // While the server is away, the client waits for it and nothing else.
    const next = consumer.next({ expires: NEXT_MS }).then((message) => message && delivery(message));
    const taken = await untilAborted(next, signal, 2 * NEXT_MS);
    if (taken && !signal.aborted) return [taken];
    void next.then((late) => late?.retry(0)).catch(() => {}); // nobody waits for it any more
    return [];
  }

  async #batch(consumer: Consumer, most: number, signal: AbortSignal): Promise<Delivery[]> {
    this.#pulling ??= this.#pullAhead(consumer, most);
    await this.#pulling;
    if (this.#pulled.length === 0 && !signal.aborted) await this.#arrival(signal);
    const taken = this.#pulled.splice(0, most);
    this.#taken.notifyAll();
    return taken;
  }

  /** The client asks for more as its messages are read, so reading stops while a batch waits to be taken. */
  async #pullAhead(consumer: Consumer, most: number): Promise<void> {
    let stream: ConsumerMessages;
    try {
      stream = await consumer.consume({ max_messages: most });
    } catch (error) {
      this.#pulling = undefined;
      throw error;
    }
    this.#stream = stream;
    const pull = async () => {
      for await (const message of stream) {
        this.#pulled.push(delivery(message));
        this.#arrived.notifyAll();
        while (this.#pulled.length >= most && !this.#closed) await this.#taken.wait();
      }
    };
    this.#reading = pull()
      .catch((error) =>
        this.#log.warn({ consumer: this.source.durable, why: reasonOf(error) }, 'pulling again'),
      )
      .finally(() => {
        this.#stream = undefined;
        this.#pulling = undefined;
        this.#consumer = undefined;
      });
  }

  /** Resolves when something has been pulled, after {@link NEXT_MS}, or when aborted. */
  #arrival(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.any([signal, AbortSignal.timeout(NEXT_MS)]);
    return this.#arrived.wait(late).catch(() => {}); // nothing has come
  }
}

/** The promise's value, or null where it is not there `ms` after the signal. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, ms: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const later = () => setTimeout(resolve, ms, null).unref();
    if (signal.aborted) later();
    else signal.addEventListener('abort', later, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', later));
  });
}

function delivery(message: JsMsg): Delivery {
  return {
    raw: {
      subject: message.subject,
      headers: message.headers,
      data: message.data,
      sequence: message.seq,
      storedAt: message.info.timestampNanos / 1e6,
    },
    attempt: message.info.deliveryCount,
    waiting: message.info.pending,
    ack: async () => {
      await message.ackAck({ timeout: 5_000 });
    },
    retry: (delayMs) => ifOpen(() => message.nak(delayMs)),
    renew: () => ifOpen(() => message.working()),
  };
}

/** On a connection that is closed nothing can be sent, and need not be: the ack wait ends by itself. */
function ifOpen(send: () => void): void {
  try {
    send();
  } catch (error) {
    if (isTransient(error)) throw error;
  }
}

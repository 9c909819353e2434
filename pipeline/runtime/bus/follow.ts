/**
 * Reading a stream without owning its messages: an ordered consumer that nobody acknowledges. It survives the
 * server's death by starting again behind the last message seen. Work queues (LOOKS, JOBS) can't be read so.
 */
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JsMsg,
} from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { type MessageType, subjectOf } from '../../../schemas/message.ts';
import { reasonOf } from '../errors.ts';
import { backoffMs } from '../retry.ts';
import { decode, type Incoming } from './envelope.ts';
import { isTransient } from './failures.ts';
import type { Patient } from './patience.ts';
import { pause } from './pause.ts';

export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** Leaves the payload out: for pictures whose facts are enough. */
  readonly headersOnly?: boolean;
  /** Called once, when everything that was stored at the beginning was yielded and handled. */
  readonly onCaughtUp?: () => void;
}

/** Asked for at once. */
const MOST_SMALL = 500;
const MOST_PICTURES = 100;

/** Between two consumers. */
const BACKOFF = { firstMs: 500, longestMs: 5_000 };

type Parameters = Readonly<Record<string, string | number>>;

/** Yields matching messages in stream order, for ever, until `signal` is aborted; invalid ones are logged and left. */
export async function* follow<M extends MessageType>(
  client: JetStreamClient,
  log: Logger,
  type: M,
  parameters: Parameters,
  { signal, headersOnly = false, onCaughtUp = () => {} }: FollowOptions = {},
): AsyncGenerator<Incoming<M>> {
  const most = headersOnly || type.body === 'json' ? MOST_SMALL : MOST_PICTURES;
  const reading = {
    stream: type.stream,
    subject: subjectOf(type, parameters),
    headersOnly,
    most,
    onCaughtUp,
  };
  for await (const raw of read(client, log, reading, signal)) {
    const message = readable(type, raw, log);
    if (message) yield message;
  }
}

/** What is read, and from where on. */
export interface Reading {
  readonly stream: string;
  readonly subject: string;
  /** Leaves payloads out. */
  readonly headersOnly?: boolean;
  /** Asked for at once. */
  readonly most?: number;
  /** Begins with the last message of each subject; otherwise with the first of all. */
  readonly fromLast?: boolean;
  /** Called once, when everything that was stored at the beginning was yielded and handled. */
  readonly onCaughtUp?: () => void;
}

/** Yields messages as they are, for ever, until `signal` is aborted. */
export async function* read(
  client: JetStreamClient,
  log: Logger,
  { stream, subject, headersOnly = false, fromLast = false, most = MOST_SMALL, onCaughtUp }: Reading,
  signal?: AbortSignal,
): AsyncGenerator<JsMsg> {
  let after = 0;
  let failures = 0;
  let tellsWhenCaughtUp = onCaughtUp;
  const caughtUp = () => {
    tellsWhenCaughtUp?.();
    tellsWhenCaughtUp = undefined;
  };
  while (!signal?.aborted) {
    try {
      const start =
        after > 0
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }
          : { deliver_policy: fromLast ? DeliverPolicy.LastPerSubject : DeliverPolicy.All };
      const consumer = await client.consumers.get(stream, {
        filter_subjects: subject,
        headers_only: headersOnly,
        ...start,
      });
      if (tellsWhenCaughtUp && (await consumer.info()).num_pending === 0) caughtUp();
      const messages = await consumer.consume({ max_messages: most });
      const stop = () => messages.stop();
      signal?.addEventListener('abort', stop, { once: true });
      void stopWhenRecreated(messages);
      try {
        if (signal?.aborted) return;
        for await (const raw of messages) {
          after = raw.seq;
          failures = 0;
          yield raw;
          if (signal?.aborted) return;
          if (raw.info.pending === 0) caughtUp();
        }
      } finally {
        signal?.removeEventListener('abort', stop);
        messages.stop();
        end(consumer);
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!isTransient(error)) {
        log.error({ stream, why: reasonOf(error) }, 'following no more');
        return;
      }
      log.warn({ stream, why: reasonOf(error) }, 'following again');
    }
    failures += 1;
    await pause(backoffMs(failures, BACKOFF), signal).catch(() => {}); // the loop's head sees the abort
  }
}

/**
 * When the client makes its consumer anew (the server forgot it), it takes what it had asked the old one for as still
 * to come, asks for too little, and then stands still for half a minute: @nats-io/jetstream 3.4. We begin again.
 */
async function stopWhenRecreated(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (type === 'ordered_consumer_recreated') messages.stop();
  }
}

/** Pictures asked for at once: the server cuts off a client that does not read as fast as it sends. */
const MOST_LARGE = 16;

/** Every matching message that is stored now, in stream order; what is deleted meanwhile is not waited for. */
export async function* stored<M extends MessageType>(
  client: JetStreamClient,
  log: Logger,
  patient: Patient,
  type: M,
  parameters: Parameters,
  { headersOnly = false }: Pick<FollowOptions, 'headersOnly'> = {},
): AsyncGenerator<Incoming<M>> {
  const isLarge = !headersOnly && type.body !== 'json';
  const reading = { stream: type.stream, subject: subjectOf(type, parameters), headersOnly, isLarge };
  for await (const raw of storedRaw(client, patient, reading)) {
    const message = readable(type, raw, log);
    if (message) yield message;
  }
}

/** As {@link stored}, unchecked. */
export async function* storedRaw(
  client: JetStreamClient,
  patient: Patient,
  {
    stream,
    subject,
    headersOnly = false,
    isLarge,
  }: { stream: string; subject: string; headersOnly?: boolean; isLarge: boolean },
): AsyncGenerator<JsMsg> {
  const [consumer, pending] = await patient(subject, async () => {
    const reader = await client.consumers.get(stream, {
      filter_subjects: subject,
      headers_only: headersOnly,
      deliver_policy: DeliverPolicy.All,
    });
    return [reader, (await reader.info()).num_pending] as const;
  });
  let left = pending;
  if (left === 0) return end(consumer);
  // Asks again soon after a server was killed meanwhile (see stopWhenRecreated).
  const messages = await consumer.consume({
    max_messages: isLarge ? MOST_LARGE : MOST_SMALL,
    expires: 2_000,
  });
  let seen = 0;
  const endWhenNothingIsLeft = async () => {
    const { num_pending, delivered } = await consumer.info();
    if (num_pending === 0 && delivered.consumer_seq <= seen) messages.stop();
  };
  const check = setInterval(() => endWhenNothingIsLeft().catch(() => {}), 1_000); // a server that is gone comes back
  try {
    for await (const raw of messages) {
      seen = raw.info.deliverySequence;
      yield raw;
      if (--left === 0) return;
    }
  } finally {
    clearInterval(check);
    messages.stop();
    end(consumer);
  }
}

/** A consumer that nobody reads any more would live on for five minutes; where the server is gone, so is the consumer. */
function end(consumer: Consumer): void {
  consumer.delete().catch(() => {});
}

function readable<M extends MessageType>(type: M, raw: JsMsg, log: Logger): Incoming<M> | undefined {
  try {
    return decode(type, {
      subject: raw.subject,
      headers: raw.headers,
      data: raw.data,
      sequence: raw.seq,
      storedAt: raw.info.timestampNanos / 1e6,
    });
  } catch (error) {
    log.warn(
      { subject: raw.subject, sequence: raw.seq, why: reasonOf(error) },
      'left a message that is not valid',
    );
    return undefined;
  }
}

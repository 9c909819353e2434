/**
 * Publishing that ends only when the server has stored the message. A server that is gone is waited for, a full
 * stream is waited for; a message that is there already is as good as stored.
 */
import { JetStreamApiError, type JetStreamClient, type JetStreamPublishOptions } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { FatalError, reasonOf } from '../errors.ts';
import { retryForever } from '../retry.ts';
import { encode, type Outgoing } from './envelope.ts';
import { isConflict, isPermissionDenied, isTransient } from './failures.ts';
import { checkedSubject } from './subject.ts';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const STREAM_FULL = 10077;
/** Short, because what is published while the server is away is lost and has to be sent again; that is harmless. */
const TIMEOUT_MS = 2_000;
/** Short at its longest, because a full stream has room again at any moment. */
const BACKOFF = { firstMs: 100, longestMs: 500 };
/** Failures before it is logged: a first one or two are a hiccup. */
const WARN_AFTER = 3;

export interface PublishOptions {
  /** Stops the waiting; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Overwrites where the first write would win: for a person's replay. */
  readonly force?: boolean;
}

export class Publisher {
  readonly #client: JetStreamClient;
  readonly #source: string;
  readonly #log: Logger;

  constructor(client: JetStreamClient, source: string, log: Logger) {
    this.#client = client;
    this.#source = source;
    this.#log = log;
  }

  /**
   * Resolves when the server has the message.
   * @returns whether this call stored it or it was there already
   * @throws PoisonError where the message or its subject is not valid; the signal's reason when aborted; the server's or the client's error where repeating can't help (too large);
   *   FatalError where this user may not publish the subject
   */
  async publish(
    message: Outgoing,
    { signal, force = false }: PublishOptions = {},
  ): Promise<'stored' | 'repeated'> {
    checkedSubject(message.subject);
    const { headers, payload } = encode(message, this.#source);
    const expect = message.type.once && !force ? { lastSubjectSequence: 0 } : {};
    const msgID = force ? `${message.id}#${Date.now()}` : message.id;
    let attempts = 0;
    const result = await retryForever(
      (attempt) => {
        attempts = attempt;
        return this.#attempt(message.subject, payload, { msgID, headers, expect, timeout: TIMEOUT_MS });
      },
      {
        backoff: BACKOFF,
        isTransient,
        onFailure: (error, failures) => {
          if (failures !== WARN_AFTER) return;
          const why = isFull(error) ? `${message.type.stream} is full` : reasonOf(error);
          this.#log.warn({ subject: message.subject, why }, 'waiting to publish');
        },
        signal,
      },
    );
    if (attempts > WARN_AFTER)
      this.#log.info({ subject: message.subject, attempt: attempts }, 'published after waiting');
    return result;
  }

  async #attempt(
    subject: string,
    payload: Uint8Array,
    options: Partial<JetStreamPublishOptions>,
  ): Promise<'stored' | 'repeated'> {
    try {
      const ack = await this.#client.publish(subject, payload, options);
      return ack.duplicate ? 'repeated' : 'stored';
    } catch (error) {
      if (isConflict(error)) return 'repeated';
      if (!isPermissionDenied(error)) throw error;
      const found = reasonOf(error);
      throw new FatalError(`${this.#source} may not publish ${subject}`, { found, cause: error });
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_FULL;
}

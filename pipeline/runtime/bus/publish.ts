/**
 * Publishing that ends only when the server has stored the message. A server that is gone is waited for, a full
 * stream is waited for; a message that is there already is as good as stored.
 */
import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { FatalError, reasonOf } from '../errors.ts';
import { encode, type Outgoing } from './envelope.ts';
import { isConflict, isPermissionDenied, isTransient } from './failures.ts';
import { pause } from './pause.ts';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const STREAM_FULL = 10077;
/** Short, because what is published while the server is away is lost and has to be sent again; that is harmless. */
const TIMEOUT_MS = 2_000;

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
   * @throws the signal's reason when aborted; the server's or the client's error where repeating can't help (too large);
   *   FatalError where this user may not publish the subject
   */
  async publish(
    message: Outgoing,
    { signal, force = false }: PublishOptions = {},
  ): Promise<'stored' | 'repeated'> {
    const { headers, payload } = encode(message, this.#source);
    const expect = message.type.once && !force ? { lastSubjectSequence: 0 } : {};
    const msgID = force ? `${message.id}#${Date.now()}` : message.id;
    for (let attempt = 1; ; attempt++) {
      try {
        const ack = await this.#client.publish(message.subject, payload, {
          msgID,
          headers,
          expect,
          timeout: TIMEOUT_MS,
        });
        if (attempt > 3) this.#log.info({ subject: message.subject, attempt }, 'published after waiting');
        return ack.duplicate ? 'repeated' : 'stored';
      } catch (error) {
        if (isConflict(error)) return 'repeated';
        if (isPermissionDenied(error)) {
          const found = reasonOf(error);
          throw new FatalError(`${this.#source} may not publish ${message.subject}`, { found, cause: error });
        }
        if (!isTransient(error)) throw error;
        const code = error instanceof JetStreamApiError ? error.code : 0;
        if (attempt === 3) {
          const why = code === STREAM_FULL ? `${message.type.stream} is full` : reasonOf(error);
          this.#log.warn({ subject: message.subject, why }, 'waiting to publish');
        }
        await pause(Math.min(50 * 2 ** attempt, code === STREAM_FULL ? 500 : 2_000), signal);
      }
    }
  }
}

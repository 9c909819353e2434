/**
 * Publishing that ends only when the server has stored the message. A server that is gone is waited for, a full
 * stream is waited for; a message that is there already is as good as stored.
 */
import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { encode, type Outgoing } from './envelope.ts';
import { pause } from './pause.ts';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const WRONG_LAST_SEQUENCE = 10071;
const STREAM_FULL = 10077;
const MESSAGE_TOO_LARGE = 10054;
const TIMEOUT_MS = 5_000;

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
   * @throws the signal's reason when aborted; the server's error where repeating can't help (too large)
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
        const code = error instanceof JetStreamApiError ? error.code : 0;
        if (code === WRONG_LAST_SEQUENCE) return 'repeated';
        if (code === MESSAGE_TOO_LARGE || isTooLarge(error)) throw error;
        if (attempt === 3) {
          const why = code === STREAM_FULL ? `${message.type.stream} is full` : reasonOf(error);
          this.#log.warn({ subject: message.subject, why }, 'waiting to publish');
        }
        await pause(Math.min(50 * 2 ** attempt, code === STREAM_FULL ? 500 : 2_000), signal);
      }
    }
  }
}

/** The client itself refuses what is above the server's `max_payload`. */
function isTooLarge(error: unknown): boolean {
  return /max_payload|MAX_PAYLOAD/.test(reasonOf(error));
}

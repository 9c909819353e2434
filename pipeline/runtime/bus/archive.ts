/**
 * Messages as they are, for who keeps a copy of them elsewhere and brings it back: unchecked, with the headers that they
 * were published with.
 */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { StreamName } from '../../../schemas/message.ts';
import { retryForever } from '../retry.ts';
import { isTransient } from './failures.ts';
import { storedRaw } from './follow.ts';
import type { Patient } from './patience.ts';
import { checkedSubject } from './subject.ts';

/** A message without its place in a stream. */
export interface ArchivedMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

/** Of the server: what a message was expected to meet, and how long it counts as a repeat. */
const SERVER_HEADER = /^Nats-/i;
const BACKOFF = { firstMs: 100, longestMs: 2_000 };
const TIMEOUT_MS = 5_000;

export class Archive {
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #log: Logger;
  readonly #patient: Patient;

  constructor(client: JetStreamClient, manager: JetStreamManager, log: Logger, patient: Patient) {
    this.#client = client;
    this.#manager = manager;
    this.#log = log;
    this.#patient = patient;
  }

  /** All messages that a stream holds now, in its order, with their places in it. */
  async *read(stream: StreamName): AsyncGenerator<ArchivedMessage & { readonly sequence: number }> {
    const reading = { stream, subject: '>', isLarge: stream === 'IMAGES' || stream === 'DEAD' };
    for await (const raw of storedRaw(this.#client, this.#patient, reading)) {
      const names = (raw.headers?.keys() ?? []).filter((name) => !SERVER_HEADER.test(name));
      const kept = Object.fromEntries(names.map((name) => [name, raw.headers?.get(name) ?? '']));
      yield { subject: raw.subject, headers: kept, payload: raw.data, sequence: raw.seq };
    }
  }

  /**
   * Resolves when the server has stored it.
   * @throws PoisonError where the subject is none; what the server says where repeating can't help
   */
  async write(message: ArchivedMessage): Promise<void> {
    checkedSubject(message.subject);
    const set = headers();
    for (const [name, value] of Object.entries(message.headers)) set.set(name, value);
    // One that is sent twice is stored once: by its id where it has one, which is unique in an archive's few seconds.
    const msgID = message.headers['ce-id'];
    await retryForever(
      () =>
        this.#client.publish(message.subject, message.payload, {
          headers: set,
          timeout: TIMEOUT_MS,
          ...(msgID && { msgID: `restored:${message.subject}:${msgID}` }),
        }),
      { backoff: BACKOFF, isTransient },
    );
    this.#log.trace({ subject: message.subject }, 'restored');
  }

  /** How many messages a stream holds, and the place of the last that it was given. */
  async extent(stream: StreamName): Promise<{ messages: number; last: number }> {
    const { state } = await this.#patient(stream, () => this.#manager.streams.info(stream));
    return { messages: state.messages, last: state.last_seq };
  }
}

/** The KV bucket `state`: small values that are read back, watched, and set by compare-and-set. */
import type { JetStreamClient } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import type { Logger } from 'pino';
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { reasonOf } from '../errors.ts';
import { mismatch, preview } from '../mismatch.ts';
import { retryForever } from '../retry.ts';
import { isConflict, isTransient } from './failures.ts';
import { read } from './follow.ts';
import type { Patient } from './patience.ts';
import { STATE_BUCKET } from './topology.ts';

/** As for publishing: what is sent while the server is away is lost and has to be sent again. */
const PUT_TIMEOUT_MS = 2_000;
const PUT_BACKOFF = { firstMs: 200, longestMs: 2_000 };
/** Header of an entry that is no value: DEL or PURGE. */
const OPERATION = 'KV-Operation';

/** What a key holds. */
export interface StoredValue<T> {
  readonly value: T | undefined;
  /** Grows with every change in the bucket; compare-and-set needs it. 0: there has never been a value. */
  readonly revision: number;
  /** Why there is a value that can't be read: it does not match its schema, e.g. another version's. */
  readonly misfit?: string;
}

export class State {
  readonly #client: JetStreamClient;
  readonly #kv: KV;
  readonly #log: Logger;
  readonly #patient: Patient;

  private constructor(client: JetStreamClient, kv: KV, log: Logger, patient: Patient) {
    this.#patient = patient;
    this.#client = client;
    this.#kv = kv;
    this.#log = log;
  }

  static async open(client: JetStreamClient, log: Logger, patient: Patient): Promise<State> {
    const kv = await patient('state', () => new Kvm(client).open(STATE_BUCKET, { allow_direct: true }));
    return new State(client, kv, log, patient);
  }

  /** The value of a key; undefined where there is none, or where it does not match the schema, which is logged. */
  async get<S extends TSchema>(key: string, schema: S): Promise<StoredValue<Static<S>>> {
    const entry = await this.#patient(key, () => this.#kv.get(key));
    if (!entry) return { value: undefined, revision: 0 };
    return { ...this.#read(entry, schema), revision: entry.revision };
  }

  /**
   * Sets a key, waiting for a server that is gone.
   * @throws the signal's reason when aborted; what the client or the server says where repeating can't help
   */
  async put(key: string, value: unknown, signal?: AbortSignal): Promise<void> {
    await retryForever(() => this.#kv.put(key, JSON.stringify(value), { timeout: PUT_TIMEOUT_MS }), {
      backoff: PUT_BACKOFF,
      isTransient,
      onFailure: (error, failures) => {
        if (failures === 3) this.#log.warn({ key, why: reasonOf(error) }, 'waiting to set a key');
      },
      signal,
    });
  }

  /**
   * Sets a key only if nobody has since `revision`.
   * @returns false where somebody has
   */
  async compareAndSet(key: string, value: unknown, revision: number): Promise<boolean> {
    const text = JSON.stringify(value);
    try {
      await this.#patient(key, () =>
        revision === 0 ? this.#kv.create(key, text) : this.#kv.update(key, text, revision),
      );
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      // It may have been set before its answer got lost.
      return (await this.#patient(key, () => this.#kv.get(key)))?.string() === text;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#patient(key, () => this.#kv.delete(key));
  }

  /** Yields the value now and at every change, until aborted. */
  async *watch<S extends TSchema>(key: string, schema: S, signal: AbortSignal): AsyncGenerator<Static<S>> {
    const subject = `$KV.${STATE_BUCKET}.${key}`;
    const reading = { stream: `KV_${STATE_BUCKET}`, subject, fromLast: true };
    // Not the client's own watch: it leaves its consumer behind for five minutes.
    for await (const raw of read(this.#client, this.#log, reading, signal)) {
      if (raw.headers?.get(OPERATION)) continue; // a deletion
      const { value } = this.#checked(key, raw.string(), schema);
      if (value !== undefined) yield value;
    }
  }

  #read<S extends TSchema>(entry: KvEntry, schema: S): { value: Static<S> | undefined; misfit?: string } {
    return entry.operation === 'PUT'
      ? this.#checked(entry.key, entry.string(), schema)
      : { value: undefined };
  }

  #checked<S extends TSchema>(
    key: string,
    text: string,
    schema: S,
  ): { value: Static<S> | undefined; misfit?: string } {
    const value = parsed(text);
    if (Check(schema, value)) return { value };
    const { problem, found } = mismatch(Errors(schema, value), value);
    const why = { expected: problem, found: preview(found) };
    this.#log.warn({ key, ...why }, 'stored value does not match its schema');
    return { value: undefined, misfit: problem };
  }
}

/** Undefined, which no schema allows, where the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

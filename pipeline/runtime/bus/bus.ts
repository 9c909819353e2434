/**
 * The bus as the rest of Shika sees it. This folder is the only one that imports NATS: it is no abstraction over
 * brokers, it is the one place where JetStream's rules are known.
 */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { type MessageType, type StreamName, subjectOf } from '../../../schemas/message.ts';
import { reasonOf } from '../errors.ts';
import { Archive } from './archive.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';
import { checked, decode, type Incoming, type Outgoing, type RawMessage } from './envelope.ts';
import { type FollowOptions, follow, stored } from './follow.ts';
import { Objects } from './objects.ts';
import { type Patient, patientRequests } from './patience.ts';
import { pause } from './pause.ts';
import { Publisher, type PublishOptions } from './publish.ts';
import { setUp, untilSetUp } from './set-up.ts';
import { State } from './state.ts';
import { checkedSubject } from './subject.ts';
import { type BusBounds, HELD_STREAMS, WORK_QUEUES } from './topology.ts';
import { WorkQueue, type WorkSource } from './work.ts';

export interface BusOptions extends ConnectionOptions {
  /** Of whoever sets the bus up: streams, bucket and store are made and mended. Without, it is waited for. */
  readonly bounds?: BusBounds | undefined;
  /** Ends the waiting for a bus that nobody has set up. */
  readonly signal?: AbortSignal | undefined;
}

type Parameters = Readonly<Record<string, string | number>>;

const DRAIN_MS = 2_000;

export class Bus {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #publisher: Publisher;
  readonly #log: Logger;
  readonly #patient: Patient;
  readonly #queues: WorkQueue[] = [];
  readonly #watchers = new Set<(isUp: boolean) => void>();
  #isUp = true;
  readonly state: State;
  readonly objects: Objects;
  readonly archive: Archive;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    publisher: Publisher,
    state: State,
    objects: Objects,
    log: Logger,
  ) {
    this.#connection = connection;
    this.#client = jetstream(connection);
    this.#manager = manager;
    this.#publisher = publisher;
    this.state = state;
    this.objects = objects;
    this.#log = log;
    this.#patient = patientRequests(log);
    this.archive = new Archive(this.#client, manager, log, this.#patient);
  }

  /**
   * Connects, and sets the bus up, or waits until somebody has.
   * @throws FatalError where there is no server, or one that is too old.
   */
  static async open(options: BusOptions, log: Logger): Promise<Bus> {
    const connection = await openConnection(options);
    try {
      const { bounds } = options;
      const patient = patientRequests(log);
      const manager = await patient('JetStream', () => jetstreamManager(connection));
      const client = jetstream(connection);
      if (bounds) await patient('set-up', () => setUp(client, manager, bounds));
      else await untilSetUp(manager, log, options.signal);
      const publisher = new Publisher(client, options.name, log);
      const state = await State.open(client, log, patient);
      const objects = await Objects.open(client, patient);
      const bus = new Bus(connection, manager, publisher, state, objects, log);
      void bus.#report();
      return bus;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * Resolves when the connection is closed for good: by {@link Bus.close}, or with the reason where the server does
   * not let us in any more. One that is merely gone is waited for.
   */
  async closed(): Promise<Error | undefined> {
    return (await this.#connection.closed()) ?? undefined;
  }

  /** Whether a server is connected just now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /**
   * Tells when the connection is lost, and when it is there again.
   * @returns ends it
   */
  watch(watcher: (isUp: boolean) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Version of the server that is connected. */
  get serverVersion(): string {
    return this.#connection.info?.version ?? 'unknown';
  }

  /** Resolves when the server has the message; see {@link Publisher.publish}. */
  publish(message: Outgoing, options?: PublishOptions): Promise<'stored' | 'repeated'> {
    return this.#publisher.publish(message, options);
  }

  /** Publishes a message again as it was, under a new id, even where the first write would win: for a person's replay. */
  async republish(
    type: MessageType,
    subject: string,
    headers: Readonly<Record<string, string>>,
    payload: Uint8Array,
  ): Promise<void> {
    const text = type.body === 'json' ? new TextDecoder().decode(payload) : (headers['ce-facts'] ?? '');
    const body = checked(type, JSON.parse(text));
    const parent = headers.traceparent;
    const id = headers['ce-id'] ?? subject;
    await this.publish({ type, subject, id, body, payload, ...(parent ? { parent } : {}) }, { force: true });
  }

  work(source: WorkSource): WorkQueue {
    const queue = new WorkQueue(this.#client, this.#manager, this.#log, source);
    this.#queues.push(queue);
    return queue;
  }

  /** Messages that are stored and those that come, until aborted. Parameters left out match anything. */
  follow<M extends MessageType>(
    type: M,
    parameters: Parameters,
    options?: FollowOptions,
  ): AsyncGenerator<Incoming<M>> {
    return follow(this.#client, this.#log, type, parameters, options);
  }

  /** Messages that are stored now. */
  stored<M extends MessageType>(
    type: M,
    parameters: Parameters = {},
    options?: Pick<FollowOptions, 'headersOnly'>,
  ): AsyncGenerator<Incoming<M>> {
    return stored(this.#client, this.#log, this.#patient, type, parameters, options);
  }

  /**
   * The last message of one subject.
   * @throws PoisonError where it is not valid, or the subject is none
   */
  async last<M extends MessageType>(type: M, subject: string): Promise<Incoming<M> | null> {
    checkedSubject(subject);
    const message = await this.#patient(subject, () =>
      this.#manager.direct.getMessage(type.stream, { last_by_subj: subject }),
    );
    if (!message) return null;
    const { header, data, seq, time } = message;
    return decode(type, { subject, headers: header, data, sequence: seq, storedAt: time.getTime() });
  }

  /** A message by its place in a stream, unchecked; null where it is gone. */
  async at(stream: StreamName, sequence: number): Promise<RawMessage | null> {
    const message = await this.#patient(stream, () =>
      this.#manager.direct.getMessage(stream, { seq: sequence }),
    );
    if (!message) return null;
    const { subject, header, data, seq, time } = message;
    return { subject, headers: header, data, sequence: seq, storedAt: time.getTime() };
  }

  async remove(stream: StreamName, sequence: number): Promise<void> {
    await this.#manager.streams.deleteMessage(stream, sequence);
  }

  /** Deletes the messages of a type, those before `sequence` where it is given. */
  async purge(type: MessageType, parameters: Parameters, before?: number): Promise<number> {
    const filter = subjectOf(type, parameters);
    if (before !== undefined && before <= 1) return 0; // a server takes place 1 for "no place": it would free all
    const { purged } = await this.#patient(filter, () =>
      this.#manager.streams.purge(type.stream, {
        filter,
        ...(before === undefined ? {} : { seq: before }),
      }),
    );
    return purged;
  }

  /** How many messages of a type are stored, without reading them. */
  async count(type: MessageType, parameters: Parameters = {}): Promise<number> {
    const filter = subjectOf(type, parameters);
    const { state } = await this.#patient(filter, () =>
      this.#manager.streams.info(type.stream, { subjects_filter: filter }),
    );
    return Object.values(state.subjects ?? {}).reduce((sum, messages) => sum + messages, 0);
  }

  /** What all streams, the bucket and the stores hold together, bytes. */
  async storedBytes(): Promise<number> {
    let bytes = 0;
    for (const name of HELD_STREAMS)
      bytes += (await this.#patient(name, () => this.#manager.streams.info(name))).state.bytes;
    return bytes;
  }

  /** Messages and bytes of a stream, and its durable consumers' backlogs. */
  occupancy(stream: StreamName): Promise<Occupancy> {
    return this.#patient(stream, () => this.#occupancy(stream));
  }

  async #occupancy(stream: StreamName): Promise<Occupancy> {
    const { state, config } = await this.#manager.streams.info(stream);
    const consumers: Backlog[] = [];
    for await (const info of this.#manager.consumers.list(stream)) {
      if (info.config.durable_name) {
        consumers.push({
          name: info.name,
          waiting: info.num_pending,
          working: info.num_ack_pending,
          delivered: info.delivered.consumer_seq,
        });
      }
    }
    const limit = config.max_bytes > 0 ? config.max_bytes : null;
    return { messages: state.messages, bytes: state.bytes, limit, consumers };
  }

  /**
   * Gives back all jobs and looks that processes took and have not settled, instead of waiting for their ack waits to end:
   * for whoever knows that none of these processes is alive. Their deliveries are counted anew.
   */
  giveBackWork(): Promise<void> {
    return this.#patient('work queues', () => this.#giveBackWork());
  }

  async #giveBackWork(): Promise<void> {
    for (const stream of WORK_QUEUES) {
      for await (const { name } of this.#manager.consumers.list(stream)) {
        await this.#manager.consumers.delete(stream, name); // a stage makes its own again
      }
    }
  }

  /** Sends what is still to be sent, and closes; a server that is gone is not waited for. */
  async close(): Promise<void> {
    const drained = new AbortController();
    const draining = this.#connection.drain().catch(() => {}); // closed already
    await Promise.race([draining, pause(DRAIN_MS, drained.signal).catch(() => {})]);
    drained.abort();
    await this.#connection.close();
  }

  #lookAfterQueues(): void {
    for (const queue of this.#queues) {
      queue.reconnected().catch((error: unknown) => {
        this.#log.warn({ consumer: queue.source.durable, why: reasonOf(error) }, 'work not looked after');
      });
    }
  }

  async #report(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') {
        this.#log.warn({ server: status.server }, `bus ${status.type}`);
        this.#isUp = status.type === 'reconnect';
        for (const watcher of this.#watchers) watcher(this.#isUp);
        if (status.type === 'reconnect') this.#lookAfterQueues();
      } else if (status.type === 'error') {
        this.#log.warn({ why: status.error.message }, 'bus error');
      }
    }
  }
}

/** What a stream holds. */
export interface Occupancy {
  readonly messages: number;
  readonly bytes: number;
  /** Bytes that it may hold; null where it has no limit of its own. */
  readonly limit: number | null;
  /** Of its durable consumers. */
  readonly consumers: readonly Backlog[];
}

export interface Backlog {
  readonly name: string;
  /** On the server. */
  readonly waiting: number;
  /** Delivered and not settled. */
  readonly working: number;
  /** So far, those that came again counted each time. */
  readonly delivered: number;
}

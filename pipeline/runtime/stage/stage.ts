/**
 * What a stage is. It declares all that it does on the bus, what it promises and which options it has, and gives
 * handlers: functions from messages to messages. Consumers, permissions and the AsyncAPI document follow from the
 * declaration; delivery, retry, dead letters, logs and stats are the runner's.
 */
import type { Static, TObject } from 'typebox';
import type { MessageType } from '../../../schemas/message.ts';
import type { Bus } from '../bus/bus.ts';
import type { Incoming, Outgoing } from '../bus/envelope.ts';
import type { StoreName } from '../bus/topology.ts';
import type { Logger } from '../log/log.ts';

/** Work that a stage takes: all its processes share one durable consumer of it. */
export interface Take<M extends MessageType = MessageType> {
  readonly type: M;
  /** Seconds without a sign of life from the process after which another one gets the message. */
  readonly ackWaitS: number;
  /** Deliveries after which the message goes to DEAD. */
  readonly attempts: number;
}

/** What the runner hands a handler beside its input. */
export interface Context {
  /** Aborted when the process is asked to stop; the input is then given back. */
  readonly signal: AbortSignal;
  /** Carries `clip`, `index`, `msgId`, `traceparent` of the input. */
  readonly log: Logger;
}

/** A step that waits until everything yielded before it is stored: a checkpoint, a purge. */
export interface Commit {
  commit(): Promise<void>;
}

interface Handles<M extends MessageType> {
  readonly take: Take<M>;
  /** Messages that tell those who wait that this input is dead, so that a clip completes all the same. */
  onDead?(input: Incoming<M>, reason: string): (Outgoing | Commit)[];
}

/** Takes inputs one by one, `concurrency` at once; each may take minutes and give any number of messages. */
export interface EachHandler<M extends MessageType = MessageType> extends Handles<M> {
  readonly concurrency: number;
  each(input: Incoming<M>, context: Context): AsyncIterable<Outgoing | Commit>;
}

/** Takes what is there, up to `size` inputs, in one go; one failure does not touch the others. */
export interface BatchHandler<M extends MessageType = MessageType> extends Handles<M> {
  readonly size: number;
  /** Batches that are in hand at once; 1 where not given. */
  readonly concurrency?: number;
  /** One result an input, in order: its messages, or why it failed. */
  batch(inputs: readonly Incoming<M>[], context: Context): Promise<readonly (Outgoing[] | Error)[]>;
}

export type Handler = EachHandler | BatchHandler;

/** A handler of one message type, as the runner keeps it among others. */
export function handler<M extends MessageType>(declared: EachHandler<M> | BatchHandler<M>): Handler {
  // The runner gives a handler only messages that were checked against its own take's schema.
  return declared as unknown as Handler;
}

/** A stage at work. */
export interface Running {
  readonly handlers: readonly Handler[];
  /** Frees what the stage holds, after its handlers have ended. */
  stop?(): Promise<void>;
}

export interface StageContext<Options> {
  readonly bus: Bus;
  readonly log: Logger;
  readonly options: Options;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** What a stage does on the bus beside messages that it takes, gives and reads. */
export interface Keeps {
  /** Keys of the bucket `state` that it reads or watches, with wildcards. */
  readonly watches?: readonly string[];
  /** Keys of the bucket `state` that it sets, reads and deletes, with wildcards. */
  readonly sets?: readonly string[];
  /** Object stores that it reads. */
  readonly fetches?: readonly StoreName[];
  /** Object stores that it reads, writes and deletes from. */
  readonly stores?: readonly StoreName[];
  /** Messages that it deletes when nobody needs them any more. */
  readonly frees?: readonly MessageType[];
}

export interface Stage<O extends TObject = TObject> {
  /** Its key in the list of stages, its service's name and its user's on the bus. */
  readonly name: string;
  readonly summary: string;
  /** What holds after any crash. */
  readonly guarantee: string;
  readonly options: O;
  readonly takes: readonly Take[];
  readonly gives: readonly MessageType[];
  /** What it reads without owning it. */
  readonly reads: readonly MessageType[];
  readonly keeps: Keeps;
  start(context: StageContext<Static<O>>): Promise<Running>;
}

export function stage<O extends TObject>(declaration: Stage<O>): Stage<O> {
  return declaration;
}

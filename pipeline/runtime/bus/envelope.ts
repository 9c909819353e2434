/**
 * A message on the wire, by the CloudEvents NATS binding in binary mode: metadata in `ce-*` headers, the body as it
 * is. The facts of a body that is not JSON (a picture's size and time) travel as JSON in the extension `ce-facts`.
 */
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { type Body, type MessageType, subjectOf } from '../../../schemas/message.ts';
import { PoisonError } from '../errors.ts';
import { mismatch, preview } from '../mismatch.ts';
import { childTrace } from './trace.ts';

/** A message to be published. */
export interface Outgoing<M extends MessageType = MessageType> {
  readonly type: M;
  readonly subject: string;
  /** Made from the input's, so that a repeat is harmless. */
  readonly id: string;
  readonly body: Body<M>;
  /** The bytes themselves where the body is not JSON. */
  readonly payload?: Uint8Array;
  /** `traceparent` of the message that led to this one. */
  readonly parent?: string;
}

/** A message that arrived and is valid. */
export interface Incoming<M extends MessageType = MessageType> {
  readonly subject: string;
  readonly id: string;
  readonly body: Body<M>;
  /** The raw bytes; JSON text where the body is JSON. */
  readonly payload: Uint8Array;
  readonly traceparent: string;
  /** Its place in the stream. */
  readonly sequence: number;
  /** When the stream stored it, milliseconds since 1970. */
  readonly storedAt: number;
}

export interface OutgoingOptions {
  /** Default: the subject, where every subject is written once. */
  id?: string;
  payload?: Uint8Array;
  parent?: string;
}

/**
 * Builds a message; `parameters` fill the subject's `{names}`.
 */
export function outgoing<M extends MessageType>(
  type: M,
  parameters: Readonly<Record<string, string | number>>,
  body: Body<M>,
  options: OutgoingOptions = {},
): Outgoing<M> {
  const subject = subjectOf(type, parameters);
  return { type, subject, id: options.id ?? subject, body, ...options };
}

const validators = new Map<MessageType, Validator>();

function validatorOf(type: MessageType): Validator {
  let validator = validators.get(type);
  if (!validator) {
    validator = Compile(type.schema as TSchema); // a schema is a TSchema; Compile wants the mutable type
    validators.set(type, validator);
  }
  return validator;
}

/**
 * Checks a body against its message's schema.
 * @throws PoisonError naming the first key that is wrong.
 */
export function checked<M extends MessageType>(type: M, body: unknown): Body<M> {
  const validator = validatorOf(type);
  if (validator.Check(body)) return body as Body<M>; // the validator has just checked it
  const { problem, found } = mismatch(validator.Errors(body), body);
  const facts = found === undefined ? {} : { found: preview(found) };
  throw new PoisonError(`not a valid ${type.type}: ${problem}`, facts);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Headers and payload of a message. */
export function encode(message: Outgoing, source: string): { headers: MsgHdrs; payload: Uint8Array } {
  const body = checked(message.type, message.body);
  const set = headers();
  set.set('ce-specversion', '1.0');
  set.set('ce-id', message.id);
  set.set('ce-type', message.type.type);
  set.set('ce-source', `/shika/${source}`);
  set.set('ce-subject', message.subject);
  set.set('ce-time', new Date().toISOString());
  set.set('traceparent', childTrace(message.parent));
  if (message.type.body === 'json') {
    set.set('content-type', 'application/json');
    return { headers: set, payload: encoder.encode(JSON.stringify(body)) };
  }
  set.set('content-type', message.type.body === 'jpeg' ? 'image/jpeg' : 'application/octet-stream');
  set.set('ce-facts', JSON.stringify(body));
  return { headers: set, payload: message.payload ?? new Uint8Array() };
}

/** What a message looks like before it is checked. */
export interface RawMessage {
  readonly subject: string;
  readonly headers?: MsgHdrs | undefined;
  readonly data: Uint8Array;
  readonly sequence: number;
  readonly storedAt: number;
}

/**
 * Reads and checks a message.
 * @throws PoisonError where it is not of this type or its body does not match the schema.
 */
export function decode<M extends MessageType>(type: M, raw: RawMessage): Incoming<M> {
  const found = raw.headers?.get('ce-type');
  if (found && found !== type.type) {
    throw new PoisonError(`${raw.subject}: wrong type of message`, { found, expected: type.type });
  }
  const text = type.body === 'json' ? decoder.decode(raw.data) : (raw.headers?.get('ce-facts') ?? '');
  return {
    subject: raw.subject,
    id: raw.headers?.get('ce-id') || `${raw.subject}#${raw.sequence}`,
    body: checked(type, parse(text, raw.subject)),
    payload: raw.data,
    traceparent: raw.headers?.get('traceparent') || childTrace(),
    sequence: raw.sequence,
    storedAt: raw.storedAt,
  };
}

function parse(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PoisonError(`${subject}: not JSON`, { found: preview(text), expected: 'a JSON object', cause });
  }
}

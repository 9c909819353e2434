/** Gives up an input: it goes to DEAD with its reason, and those who wait for its output get a message. */
import { Dead } from '../../../schemas/dead.ts';
import { type Incoming, type Outgoing, outgoing } from '../bus/envelope.ts';
import { shortSubject } from '../bus/subject.ts';
import type { Delivery } from '../bus/work.ts';
import { reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import type { Commit } from './stage.ts';

export interface DeadLetterOptions {
  readonly stage: string;
  /** Resolves when all are stored. */
  readonly publish: (messages: (Outgoing | Commit)[]) => Promise<void>;
  /** See {@link Handler}. */
  readonly onDead: ((input: Incoming, reason: string) => (Outgoing | Commit)[]) | undefined;
  readonly log: Logger;
  /** The process is to stop. */
  readonly signal: AbortSignal;
}

/**
 * DEAD first, then what the handler's `onDead` gives: a crash in between only repeats. What can't be published as it is
 * (a payload that is too large with the facts beside it) is stored without its payload: it must not come back for ever.
 * @param input absent where the message could not be read
 * @returns whether all is stored; false where the process is to stop first
 */
export async function deadLetter(
  { raw, attempt }: Delivery,
  reason: string,
  input: Incoming | undefined,
  options: DeadLetterOptions,
): Promise<boolean> {
  const { stage, onDead, log } = options;
  const headers = Object.fromEntries(
    (raw.headers?.keys() ?? []).map((key) => [key, raw.headers?.get(key) ?? '']),
  );
  const facts: Dead = {
    stage,
    subject: raw.subject,
    type: headers['ce-type'] ?? '',
    reason,
    attempts: attempt,
    at: new Date().toISOString(),
    headers,
  };
  const parameters = { stage, subject: shortSubject(raw.subject) };
  const id = `dead:${stage}:${raw.subject}:${raw.sequence}`;
  log.error({ subject: raw.subject, msgId: input?.id, why: reason, attempt }, 'dead');
  const whole = () => [outgoing(Dead, parameters, facts, { id, payload: raw.data })];
  const short = { ...facts, reason: `${reason} (too large to be kept)`, headers: {} };
  return (
    (await published(options, whole, () => [outgoing(Dead, parameters, short, { id })])) &&
    (await published(options, () => (input && onDead?.(input, reason)) ?? []))
  );
}

/** Publishes; what can never be published is logged, and replaced where there is something else. */
async function published(
  options: DeadLetterOptions,
  messages: () => (Outgoing | Commit)[],
  instead?: () => Outgoing[],
): Promise<boolean> {
  try {
    await options.publish(messages());
    return true;
  } catch (error) {
    if (options.signal.aborted) return false;
    options.log.error({ why: reasonOf(error) }, 'not published');
    return instead ? published(options, instead) : true;
  }
}

/** Messages that a stage gave up: found, shown, and published again. */
import { Dead } from '../../../schemas/dead.ts';
import { messages } from '../../../schemas/index.ts';
import type { MessageType } from '../../../schemas/message.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { decode, type Incoming } from '../../runtime/bus/envelope.ts';
import { UsageError } from '../../runtime/errors.ts';

export type DeadLetter = Incoming<typeof Dead>;

/** All of them, oldest first, without their payloads: those may be gigabytes together. */
export function deadLetters(bus: Bus): AsyncGenerator<DeadLetter> {
  return bus.stored(Dead, {}, { headersOnly: true });
}

/**
 * @param number its place in the stream
 * @throws UsageError where there is none of this number
 */
export async function deadLetter(bus: Bus, number: number): Promise<DeadLetter> {
  const raw = await bus.at('DEAD', number);
  if (!raw) throw new UsageError(`no dead message ${number}`, { expected: 'a number of `shika dead list`' });
  return decode(Dead, raw);
}

/**
 * Publishes a message where it came from, and takes it off the list.
 * @throws PoisonError where the message can never be valid; UsageError where its type is not known
 */
export async function replayDeadLetter(bus: Bus, { body, payload, sequence }: DeadLetter): Promise<void> {
  const type: MessageType | undefined = messages.find((known) => known.type === body.type);
  if (!type)
    throw new UsageError(`dead message ${sequence} has no known type`, { found: body.type || 'none' });
  await bus.republish(type, body.subject, body.headers, payload);
  await bus.remove('DEAD', sequence);
}

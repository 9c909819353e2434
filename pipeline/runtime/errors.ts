/**
 * Errors that carry intent. The runner steers by the class alone: a handler throws what it means,
 * and policy (retry, dead letter, exit) is decided once, in `pipeline/runtime/stage/`. Messages hold no secrets of
 * addresses, whoever wrote them: they go to logs, terminals and the bus.
 */
import { hideSecrets } from './safe-address.ts';

/** What a {@link ShikaError} says beyond its message. */
export interface ErrorFacts {
  /** What stood there, as the reader would recognise it. */
  found?: string;
  /** What should have stood there. */
  expected?: string;
  cause?: unknown;
}

export abstract class ShikaError extends Error {
  readonly found: string | undefined;
  readonly expected: string | undefined;

  constructor(message: string, facts: ErrorFacts = {}) {
    const detail = [
      facts.found === undefined ? '' : `found ${facts.found}`,
      facts.expected === undefined ? '' : `expected ${facts.expected}`,
    ].filter(Boolean);
    super(
      hideSecrets([message, ...detail].join('; ')),
      facts.cause === undefined ? undefined : { cause: facts.cause },
    );
    this.name = new.target.name;
    this.found = facts.found && hideSecrets(facts.found);
    this.expected = facts.expected;
  }
}

/** This input can never be processed: it goes to DEAD with its reason, the rest goes on. */
export class PoisonError extends ShikaError {}

/** A passing fault: the input is redelivered after a growing delay. */
export class RetryableError extends ShikaError {}

/** Something downstream is full: wait and try again; it is not the input's fault and costs no attempt. */
export class OverloadedError extends ShikaError {}

/** The process cannot go on (bad configuration, wrong server): it exits non-zero at once. */
export class FatalError extends ShikaError {}

/** The user asked for something that cannot be done as asked: the command prints it and exits 2. */
export class UsageError extends ShikaError {}

/** `error.message` of anything thrown; its name where it has none, so that a reason is never empty. */
export function reasonOf(error: unknown): string {
  return hideSecrets(
    error instanceof Error ? error.message || error.name : String(error) || 'no reason given',
  );
}

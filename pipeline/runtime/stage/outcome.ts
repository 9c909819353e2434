/** What happens to an input whose handler threw: decided by the error's class and the number of attempts alone. */
import { FatalError, OverloadedError, PoisonError, reasonOf } from '../errors.ts';
import { backoffMs } from '../retry.ts';

export type Outcome =
  | { readonly kind: 'dead'; readonly reason: string }
  /** Once more in this process, which keeps the input: to give it back would cost an attempt. */
  | { readonly kind: 'wait'; readonly delayMs: number; readonly reason: string }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: string }
  | { readonly kind: 'exit'; readonly error: FatalError };

const BACKOFF = { firstMs: 250, longestMs: 30_000 };

/**
 * @param attempt 1 for the first delivery
 * @param attempts deliveries after which a retryable error counts as permanent
 * @param waits how often it was {@link OverloadedError} already since it was delivered
 * @param random of the delay, see {@link backoffMs}
 */
export function outcomeOf(
  error: unknown,
  attempt: number,
  attempts: number,
  waits = 0,
  random = Math.random,
): Outcome {
  if (error instanceof FatalError) return { kind: 'exit', error };
  const reason = reasonOf(error);
  if (error instanceof PoisonError) return { kind: 'dead', reason };
  if (error instanceof OverloadedError)
    return { kind: 'wait', delayMs: backoffMs(waits + 1, BACKOFF, random), reason };
  const delayMs = backoffMs(attempt, BACKOFF, random);
  if (attempt >= attempts) return { kind: 'dead', reason: `${reason} (after ${attempt} attempts)` };
  return { kind: 'retry', delayMs, reason };
}

/** How long to wait before something is tried again, and trying it until it works: the one place that knows. */
import pRetry from 'p-retry';

/** Bounds of a delay that doubles with every failure, milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Delay after so many failures (1 after the first), milliseconds: doubled each time up to the longest, of which a
 * random half is taken off, so that those who failed together don't come back together ("equal jitter":
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff, random = Math.random): number {
  const full = Math.min(firstMs * 2 ** Math.max(0, failures - 1), longestMs);
  return Math.round(full / 2 + (random() * full) / 2);
}

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Whether the failure may pass by itself; every other one is thrown. */
  readonly isTransient: (error: unknown) => boolean;
  /** Told of each failure that is waited for; `failures` is 1 for the first. */
  readonly onFailure?: (error: unknown, failures: number) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does the work until it succeeds.
 * @param work is given the number of the attempt, from 1
 * @throws what the work throws where that is not transient; the signal's reason when aborted
 */
export async function retryForever<T>(
  work: (attempt: number) => Promise<T>,
  { backoff, isTransient, onFailure, signal }: RetryOptions,
): Promise<T> {
  let failures = 0;
  // What is thrown is wrapped: p-retry takes nothing but an Error, and gives up on every TypeError by itself.
  class Failure extends Error {}
  try {
    return await pRetry(
      (attempt) =>
        work(attempt).catch((cause: unknown) => {
          throw new Failure('', { cause });
        }),
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: backoff.firstMs,
        maxTimeout: backoff.longestMs,
        factor: 2,
        randomize: true,
        ...(signal && { signal }),
        shouldRetry: ({ error }) => isTransient(error.cause),
        onFailedAttempt: ({ error }) => {
          if (!isTransient(error.cause)) return;
          failures += 1;
          onFailure?.(error.cause, failures);
        },
      },
    );
  } catch (error) {
    throw error instanceof Failure ? error.cause : error;
  }
}

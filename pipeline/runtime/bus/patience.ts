/** Requests that wait for a server that is gone: what a command asks of the bus is as patient as what a stage asks. */
import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { retryForever } from '../retry.ts';
import { isOutage } from './failures.ts';

const BACKOFF = { firstMs: 200, longestMs: 2_000 };

/** Does a request, again while nobody answers. It may have been done before its answer got lost: it must be repeatable. */
export type Patient = <T>(what: string, request: () => Promise<T>) => Promise<T>;

/** @param log is told once of each request that has to wait */
export function patientRequests(log: Logger): Patient {
  return (what, request) =>
    retryForever(request, {
      backoff: BACKOFF,
      isTransient: isOutage,
      onFailure: (error, failures) => {
        if (failures === 2) log.warn({ what, why: reasonOf(error) }, 'waiting for the server');
      },
    });
}

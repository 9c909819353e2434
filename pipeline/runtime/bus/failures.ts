/** What a failure of a request means: transient, a conflict, not permitted. */
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json */
const MESSAGE_TOO_LARGE = 10054;

/** What the client refuses, what the server does not allow, and a connection that was closed for good. */
const LASTING = [
  errors.ClosedConnectionError,
  errors.DrainingConnectionError,
  errors.InvalidArgumentError,
  errors.InvalidSubjectError,
  errors.PermissionViolationError,
];

/**
 * Whether the same request may succeed later (a server that is gone, a stream that is full), or never will.
 * The client wraps errors: the whole chain of causes is looked at.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.code !== MESSAGE_TOO_LARGE;
  if (LASTING.some((lasting) => error instanceof lasting)) return false;
  return !(error instanceof Error) || error.cause === undefined || isTransient(error.cause);
}

/** The server's JetStream is starting, or has no room to answer. */
const TEMPORARILY_UNAVAILABLE = 10008;

/** What a request ends with where nobody answers. */
const UNANSWERED = [
  errors.TimeoutError,
  errors.NoRespondersError,
  errors.ConnectionError,
  errors.RequestError,
];

/** Whether nobody answered a request: the server is gone, or not quite there yet. Somewhere in the chain of causes. */
export function isOutage(error: unknown): boolean {
  if (LASTING.some((lasting) => error instanceof lasting)) return false;
  if (error instanceof JetStreamApiError) return error.code === TEMPORARILY_UNAVAILABLE;
  if (!(error instanceof Error)) return false;
  if (error.cause !== undefined) return isOutage(error.cause);
  return UNANSWERED.some((unanswered) => error instanceof unanswered);
}

/** Whether the server refuses because of this user's permissions. */
export function isPermissionDenied(error: unknown): boolean {
  if (error instanceof errors.PermissionViolationError) return true;
  return error instanceof Error && error.cause !== undefined && isPermissionDenied(error.cause);
}

/** Whether the server refuses because somebody else has written the subject since. */
export function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === 10071 || error.code === 10164);
}

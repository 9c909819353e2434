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

/** Whether the server refuses because of this user's permissions. */
export function isPermissionDenied(error: unknown): boolean {
  if (error instanceof errors.PermissionViolationError) return true;
  return error instanceof Error && error.cause !== undefined && isPermissionDenied(error.cause);
}

/** Whether the server refuses because somebody else has written the subject since. */
export function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === 10071 || error.code === 10164);
}

/** Asks the server, and says what went wrong in a way that the page can act on. */
import type { ApiError } from '../../../studio/api.ts';

/** The server answered, and it was no: asking again changes nothing. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  /** What the answer held; of a conflict, what stands. */
  readonly answer: unknown;

  constructor(status: number, message: string, answer: unknown) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

/** The server could not be reached, or was busy with starting: it is worth trying again. */
export class AwayError extends Error {
  override readonly name = 'AwayError';
}

/**
 * @throws RefusedError where the server says no
 * @throws AwayError where it could not be reached
 */
export async function ask<T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<T> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  let response: Response;
  try {
    response = await fetch(`api${path}`, { method, headers, ...sent });
  } catch {
    throw new AwayError('the studio can’t be reached');
  }
  const answer: unknown = await response.json().catch(() => null);
  // The server's own word for its types; it is built with this page.
  if (response.ok) return answer as T;
  const { error } = (answer ?? {}) as Partial<ApiError>;
  if (response.status >= 502 || answer === null) throw new AwayError(error ?? `status ${response.status}`);
  throw new RefusedError(response.status, error ?? `status ${response.status}`, answer);
}

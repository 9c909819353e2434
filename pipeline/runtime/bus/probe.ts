/** Whether a server's JetStream answers, asked on a connection of its own. */

import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { HELD_STREAMS } from './topology.ts';

const TIMEOUT_MS = 5_000;

export interface ProbedServer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Path of the certificate authority's file; TLS is used where it is given. */
  readonly ca?: string | undefined;
}

export class Probe {
  readonly #server: ProbedServer;
  #connection: NatsConnection | undefined;

  constructor(server: ProbedServer) {
    this.#server = server;
  }

  /** What is stored, bytes; 'silent' where it takes a connection and says nothing; null where there is no server now. */
  async stored(): Promise<number | 'silent' | null> {
    const { url, user, password, ca } = this.#server;
    try {
      this.#connection ??= await connect({
        servers: url.split(','),
        name: 'supervisor',
        reconnect: false,
        timeout: TIMEOUT_MS,
        ...(user ? { user, pass: password } : {}),
        ...(ca ? { tls: { caFile: ca } } : {}),
      });
    } catch (error) {
      return error instanceof errors.TimeoutError ? 'silent' : null;
    }
    try {
      const answer = await this.#connection.request('$JS.API.INFO', undefined, { timeout: TIMEOUT_MS });
      return answer.json<{ storage?: number }>().storage ?? 0; // an error has none
    } catch {
      if (!this.#connection.isClosed()) return 'silent';
      this.#connection = undefined;
      return null;
    }
  }

  /**
   * What all streams hold together, bytes; null where it can't be told now. Not {@link stored}: a server of 2.9.10 leaves
   * what was purged by subject in its account until it is started again.
   */
  async held(): Promise<number | null> {
    try {
      const answers = HELD_STREAMS.map((name) =>
        this.#connection?.request(`$JS.API.STREAM.INFO.${name}`, undefined, { timeout: TIMEOUT_MS }),
      );
      let bytes = 0;
      for (const answer of await Promise.all(answers))
        bytes += answer?.json<{ state?: { bytes?: number } }>().state?.bytes ?? 0; // one that is not there has none
      return bytes;
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Whether a server's JetStream answers, asked on a connection of its own. */
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';

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

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }
}

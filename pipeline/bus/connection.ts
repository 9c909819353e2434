/** The connection to the server: kept up for ever, checked once. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { FatalError, reasonOf } from '../errors.ts';

/** The oldest server whose features suffice (Debian 12's). */
const FLOOR = [2, 9, 10] as const;

export interface ConnectionOptions {
  /** E.g. `nats://127.0.0.1:4222`; several are separated by commas. */
  readonly url: string;
  /** Shown in the server's list of connections and as the CloudEvents source. */
  readonly name: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Path of the certificate authority's file; TLS is used where it is given. */
  readonly ca?: string | undefined;
  /** How long to wait for the first connection, seconds; the server may still be starting. */
  readonly patienceS?: number;
}

/**
 * Connects and goes on reconnecting until closed.
 * @throws FatalError where no server answers in time, or it is too old or has no JetStream.
 */
export async function openConnection(options: ConnectionOptions): Promise<NatsConnection> {
  const deadline = Date.now() + (options.patienceS ?? 10) * 1000;
  for (;;) {
    try {
      const connection = await connect({
        servers: options.url.split(','),
        name: options.name,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        reconnectJitter: 250,
        ...(options.user ? { user: options.user, pass: options.password ?? '' } : {}),
        ...(options.ca ? { tls: { caFile: options.ca } } : {}),
      });
      checkServer(connection);
      return connection;
    } catch (cause) {
      if (cause instanceof FatalError) throw cause;
      if (Date.now() > deadline) {
        throw new FatalError(`no NATS server answers at ${options.url}`, {
          found: reasonOf(cause),
          expected: 'a running nats-server with JetStream (nats-server -js), named by NATS_URL',
          cause,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function checkServer(connection: NatsConnection): void {
  const { version = '0.0.0', jetstream } = connection.info ?? {};
  const found = version.split(/[.-]/).map(Number);
  const difference = FLOOR.map((part, i) => (found[i] ?? 0) - part).find((d) => d !== 0) ?? 0;
  if (difference < 0) {
    throw new FatalError('the NATS server is too old', {
      found: version,
      expected: `${FLOOR.join('.')} or newer`,
    });
  }
  if (!jetstream) {
    throw new FatalError('the NATS server has JetStream switched off', {
      found: `version ${version}`,
      expected: '-js',
    });
  }
}

/** The connection to the server: kept up for ever, checked once. */
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { FatalError, reasonOf } from '../errors.ts';
import { retryForever } from '../retry.ts';
import { safeAddress } from '../safe-address.ts';
import { isNewEnough, OLDEST_SERVER } from './server-version.ts';

/** A peer that vanished silently is noticed after two of these; the client's own default is two minutes. */
const PING_MS = 15_000;

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
  readonly connectTimeoutS?: number;
}

/** Short, because a server that is starting is there in a moment. */
const BACKOFF = { firstMs: 200, longestMs: 1_000 };

/**
 * Connects and goes on reconnecting until closed.
 * @throws FatalError where no server answers in time, it does not let us in, is too old or has no JetStream.
 */
export async function openConnection(options: ConnectionOptions): Promise<NatsConnection> {
  const deadline = Date.now() + (options.connectTimeoutS ?? 10) * 1000;
  const isTransient = (error: unknown) => !(error instanceof FatalError) && Date.now() < deadline;
  try {
    return await retryForever(() => connected(options), { backoff: BACKOFF, isTransient });
  } catch (cause) {
    if (cause instanceof FatalError) throw cause;
    throw new FatalError(`no NATS server answers at ${safeAddresses(options.url)}`, {
      found: reasonOf(cause),
      expected: 'a running nats-server with JetStream (nats-server -js), named by NATS_URL',
      cause,
    });
  }
}

/** @throws FatalError where trying again can't help; the client's error where no server answers */
async function connected(options: ConnectionOptions): Promise<NatsConnection> {
  try {
    const connection = await connect({
      servers: options.url.split(','),
      name: options.name,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      pingInterval: PING_MS,
      ...(options.user ? { user: options.user, pass: options.password ?? '' } : {}),
      ...(options.ca ? { tls: { caFile: options.ca } } : {}),
    });
    const unfit = unfitness(connection);
    if (!unfit) return connection;
    await connection.close();
    throw unfit;
  } catch (cause) {
    if (!(cause instanceof errors.AuthorizationError)) throw cause;
    throw new FatalError(`the NATS server at ${safeAddresses(options.url)} does not let us in`, {
      found: `user ${options.user || '(none)'}: ${cause.message}`,
      expected: 'bus.user and bus.password as the server knows them',
      cause,
    });
  }
}

function unfitness(connection: NatsConnection): FatalError | undefined {
  const { version = '0.0.0', jetstream } = connection.info ?? {};
  if (!isNewEnough(version)) {
    return new FatalError('the NATS server is too old', {
      found: version,
      expected: `${OLDEST_SERVER} or newer`,
    });
  }
  if (jetstream) return undefined;
  return new FatalError('the NATS server has JetStream switched off', {
    found: `version ${version}`,
    expected: '-js',
  });
}

/** Of the servers of a cluster, by commas. */
function safeAddresses(urls: string): string {
  return urls.split(',').map(safeAddress).join(',');
}

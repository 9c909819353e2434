/** The Prometheus endpoint of a process: `GET /metrics` and nothing else. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { FatalError, reasonOf } from '../errors.ts';
import type { Logger } from '../log/log.ts';
import type { MetricsOptions } from './options.ts';

export interface MetricsServer {
  /** E.g. `http://127.0.0.1:9464/metrics`; null where the configuration wants none. */
  readonly url: string | null;
  close(): Promise<void>;
}

/**
 * Listens where the configuration says so.
 * @param text what is answered, in Prometheus' text format
 * @throws FatalError where the port is taken, or the address is not this machine's
 */
export async function serveMetrics(
  { port, host }: MetricsOptions,
  text: () => Promise<string>,
  log: Logger,
): Promise<MetricsServer> {
  if (port === 0) return { url: null, close: async () => {} };
  const server = createServer((request, response) => void answer(request, response, text, log));
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new FatalError('no metrics can be served: configuration keys metrics.host and metrics.port', {
      found: `${host}, ${port}: ${reasonOf(cause)}`,
      expected: 'an address of this machine and a free port, or 0 for none',
      cause,
    });
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`;
  log.info({ url }, 'metrics');
  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  text: () => Promise<string>,
  log: Logger,
): Promise<void> {
  if (url.split('?')[0] !== '/metrics') return void response.writeHead(404).end('GET /metrics\n');
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET' }).end();
  try {
    const body = await text();
    response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(body);
  } catch (error) {
    log.warn({ why: reasonOf(error) }, 'metrics could not be read');
    response.writeHead(503).end();
  }
}

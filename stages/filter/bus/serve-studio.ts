/** The studio as a server of this process. */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import project from '../../../package.json' with { type: 'json' };
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { FatalError, reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { FilterOptions } from '../options.ts';
import { studioServer } from '../studio/server.ts';
import { Studio } from './studio.ts';

const LEAST_TOKEN = 16;

/** How long a request may take to be sent, ms: its head, and all of it. An answer may take as long as it likes. */
const PATIENCE = { headersTimeout: 15_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 };

/**
 * Serves the studio until it is closed.
 * @throws FatalError where the token is too short, or the port is taken
 */
export async function serveStudio(
  bus: Bus,
  { acceptBelow, seed, steps, studioPort, studioHost, studioToken, project: name }: FilterOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<{ close(): Promise<void> }> {
  if (studioToken.length < LEAST_TOKEN) {
    throw new FatalError('filter.studioToken is too short', {
      found: `${studioToken.length} characters`,
      expected: `at least ${LEAST_TOKEN}, which nobody can guess`,
    });
  }
  const studio = new Studio(bus, { acceptBelow, seed, steps }, log, signal);
  const page = resolve(import.meta.dirname, '../page/dist');
  if (!existsSync(page)) log.warn('the page is not built: make setup builds it');
  const app = studioServer(studio, {
    token: studioToken,
    project: name,
    version: project.version,
    log,
    page,
  });
  const server = await new Promise<ServerType>((done, fail) => {
    const started: ServerType = serve(
      { fetch: app.fetch, port: studioPort, hostname: studioHost, serverOptions: PATIENCE },
      () => done(started),
    );
    started.once('error', (error) =>
      fail(
        new FatalError(`the studio can't listen on ${studioHost}:${studioPort}`, {
          found: reasonOf(error),
          expected: 'filter.studioPort with a free port',
        }),
      ),
    );
  });
  void studio.follow(signal);
  log.info({ port: (server.address() as AddressInfo).port, host: studioHost }, 'studio'); // TCP: it has a port
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

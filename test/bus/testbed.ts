/** A server of the test's own, the buses that it opens on it, and what they log. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Bus, type BusOptions } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import type { Logger } from '../../pipeline/runtime/log/log.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { Look } from '../../schemas/look.ts';
import type { Progress } from '../../schemas/progress.ts';
import { startServer, type TestServer, type TestServerOptions } from '../processes/server.ts';
import { until } from '../processes/until.ts';

export type LogLine = Readonly<Record<string, unknown>>;

export interface Testbed {
  readonly server: TestServer;
  readonly log: Logger;
  /** What was logged, oldest first. */
  readonly lines: LogLine[];
  open(options?: Partial<BusOptions>): Promise<Bus>;
  /** `kill -9` of the server; resolves when a bus knows that it is gone. */
  kill(): Promise<void>;
  /** Closes every bus and ends the server. */
  close(): Promise<void>;
}

export const BOUNDS = { framesMaxBytes: 2 ** 26, clipsMaxAgeHours: 1 };

export async function testbed(options?: TestServerOptions): Promise<Testbed> {
  const server = await startServer(options);
  const { log, lines } = capturedLog();
  const buses: Bus[] = [];
  return {
    server,
    log,
    lines,
    async open(more = {}) {
      const bus = await Bus.open({ url: server.url, name: 'test', bounds: BOUNDS, ...more }, log);
      buses.push(bus);
      return bus;
    },
    async kill() {
      const before = disconnects(lines);
      await server.kill();
      await until(() => disconnects(lines) > before, 'a bus knows that the server is gone');
    },
    async close() {
      await Promise.all(buses.map((bus) => bus.close()));
      await server.stop();
    },
  };
}

function disconnects(lines: readonly LogLine[]): number {
  return lines.filter(({ msg }) => msg === 'bus disconnect').length;
}

export function capturedLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const write = (line: string) => lines.push(JSON.parse(line));
  return { log: pino({ level: 'debug', base: { stage: 'test' }, formatters }, { write }), lines };
}

/** A clip's id of the test's own: tests of one file share a server. */
export function clipId(number: number): string {
  return number.toString(16).padStart(16, '0');
}

/** A look at frame `index`, with an id of its own: small work. */
export function look(clip: string, index: number) {
  const body = {
    clip,
    index,
    frame: `frame.gate.${clip}.${index}`,
    regions: [[0, 0, 10, 10] as [number, number, number, number]],
  };
  return outgoing(Look, { clip, index }, body);
}

/** One of several messages of a job, on one subject. */
export function progress(job: string, done: number) {
  return new JobReport('dataset', job).running({ done, total: 100 }, `${done}`);
}

/** The count that {@link progress} was given. */
export function doneOf(body: Progress): number {
  assert.ok(body.kind === 'dataset' && body.state === 'running');
  return body.progress.done;
}

export async function collected<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import type { Stage } from '../../pipeline/runtime/stage/stage.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { Progress } from '../../schemas/progress.ts';
import { until } from '../processes/until.ts';
import {
  capturedLog,
  clipId,
  collected,
  doneOf,
  type LogLine,
  look,
  type Testbed,
  testbed,
} from './testbed.ts';

export let bed: Testbed;
export let bus: Bus;
/** Past the bus: for what no stage would do. */
export let connection: NatsConnection;
export let manager: JetStreamManager;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
  connection = await connect({ servers: bed.server.url, maxReconnectAttempts: -1 });
  manager = await jetstreamManager(connection);
});
after(async () => {
  await connection.close();
  await bed.close();
});

export interface Run {
  readonly lines: LogLine[];
  /** Settles as `runStage` does. */
  readonly over: Promise<void>;
  stop(): Promise<void>;
}

/** Runs a stage until the test ends. */
export function run(test: TestContext, stage: Stage, { statsS = 60, url = bed.server.url } = {}): Run {
  const { log, lines } = capturedLog();
  const stop = new AbortController();
  const over = runStage({
    stage,
    options: {},
    bus: { url },
    log,
    statsS,
    signal: stop.signal,
  });
  const running = {
    lines,
    over,
    stop: () => {
      stop.abort();
      return over;
    },
  };
  test.after(() => running.stop().catch(() => {})); // a test that wants to know has looked
  return running;
}

export async function answers(clip: string): Promise<number[]> {
  return (await collected(bus.stored(Progress, { job: clip }))).map(({ body }) => doneOf(body));
}

export async function dead(clip: string) {
  const all = await collected(bus.stored(Dead, { stage: 'detector' }));
  return all.filter(({ body }) => body.subject.startsWith(`look.${clip}.`));
}

/** Looks of a clip that are not acknowledged yet: acknowledged work leaves the stream. */
export async function unsettled(clip: string): Promise<number> {
  const { state } = await manager.streams.info('LOOKS', { subjects_filter: `look.${clip}.*` });
  return Object.keys(state.subjects ?? {}).length;
}

/**
 * Resolves when an ack wait of a second has ended so often: a message that nobody settles comes again each time, one
 * that is being worked on should not.
 */
export async function ackWaitsPass(times: number): Promise<void> {
  const clip = clipId(900);
  await bus.publish(look(clip, 0));
  const queue = bus.work({
    stream: 'LOOKS',
    subject: `look.${clip}.*`,
    durable: 'detector_unsettled',
    ackWaitS: 1,
  });
  const { signal } = new AbortController();
  for (let deliveries = 0; deliveries <= times; ) {
    const [delivery] = await queue.take(1, signal);
    if (!delivery) continue;
    deliveries++;
    if (deliveries > times) await delivery.ack();
  }
  await queue.close();
}

export const settled = (clip: string) =>
  until(async () => (await unsettled(clip)) === 0, 'every look is settled');
export const lookType = look(clipId(0), 0).type;

export function onDead({ body: { clip } }: { body: { clip: string } }, reason: string) {
  const body = { clip, camera: 'gate', file: 'deer.mp4', stage: 'detector', reason };
  return [outgoing(ClipFailed, { camera: 'gate', clip }, body)];
}

export function frame(clip: string, index: number, bytes = 60_000) {
  const facts = { clip, camera: 'gate', index, pts: 0, width: 1, height: 1 };
  return outgoing(Frame, { camera: 'gate', clip, index }, facts, { payload: new Uint8Array(bytes) });
}

/** It is killed with the test, if it has not killed itself. */
export function tinyProcess(test: TestContext, clip: string, ...how: string[]): ChildProcess {
  const program = join(import.meta.dirname, 'tiny-stage.ts');
  const env = { ...process.env, NATS_URL: bed.server.url };
  const child = spawn(process.execPath, [program, clip, ...how], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  test.after(() => child.kill('SIGKILL'));
  return child;
}

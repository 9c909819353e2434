/**
 * Work that was done and came back: a server that is killed may not have written yet that acknowledged messages are gone,
 * and know by its consumer that they are done. Here its stream's files are put back to what they were before.
 */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { provideNatsServer } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { NatsProcess } from '../processes/nats-process.ts';
import { until } from '../processes/until.ts';
import { BOUNDS, capturedLog, clipId, look } from './testbed.ts';

const clip = clipId(1);
const source = { stream: 'LOOKS', subject: 'look.*.*', durable: 'detector_look', ackWaitS: 30 } as const;

test('work that came back behind the ack floor is taken once more, and the stream ends empty', {
  timeout: 300_000,
}, async (context) => {
  const path = process.env.SHIKA_TEST_NATS;
  const provider = path
    ? ({ kind: 'binary', path, version: '' } as const)
    : await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
  if (provider.kind !== 'binary') return context.skip('the server’s files are needed');
  const folder = await mkdtemp(join(tmpdir(), 'shika-forgotten-'));
  const messages = join(folder, 'jetstream', 'jetstream', '$G', 'streams', 'LOOKS', 'msgs');
  const before = join(folder, 'before');
  let server = await NatsProcess.start(provider, { folder });
  const { port, url } = server;
  const { log, lines } = capturedLog();
  const again = async () => {
    await server.stop();
  };
  const start = async () => {
    server = await NatsProcess.start(provider, { folder, port });
  };
  const bus = await Bus.open({ url, name: 'test', bounds: BOUNDS }, log);
  context.after(async () => {
    await bus.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  });
  for (let index = 0; index < 3; index++) await bus.publish(look(clip, index));
  await again();
  await cp(messages, before, { recursive: true });
  await start();

  // A process as the stage's own: it is connected all the time, and knows no more than that the server was gone.
  const queue = bus.work(source);
  const { signal } = new AbortController();
  const take = async (count: number) => {
    const taken: string[] = [];
    while (taken.length < count) {
      for (const delivery of await queue.take(8, signal)) {
        taken.push(delivery.raw.subject);
        await delivery.ack();
      }
    }
    return taken;
  };
  const subjects = [0, 1, 2].map((index) => `look.${clip}.${index}`);
  assert.deepEqual(await take(3), subjects);
  await again();
  await rm(messages, { recursive: true });
  await cp(before, messages, { recursive: true });
  await start();

  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  context.after(() => connection.close());
  assert.equal((await manager.streams.info('LOOKS')).state.messages, 3, 'they came back');
  assert.deepEqual((await take(3)).sort(), subjects);
  await until(async () => (await bus.occupancy('LOOKS')).messages === 0, 'the stream is empty');
  assert.ok(lines.some(({ msg }) => msg === 'work that was done came back: it is taken once more'));
  await queue.close();
});

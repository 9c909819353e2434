import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { isNewEnough, OLDEST_SERVER } from '../../pipeline/runtime/bus/server-version.ts';
import { streams } from '../../pipeline/runtime/bus/topology.ts';
import { FatalError } from '../../pipeline/runtime/errors.ts';
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import { provideNatsServer } from '../../pipeline/runtime/supervisor/nats-server.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { Image } from '../../schemas/image.ts';
import { Look } from '../../schemas/look.ts';
import { Progress } from '../../schemas/progress.ts';
import { NatsProcess } from '../processes/nats-process.ts';
import { until } from '../processes/until.ts';
import {
  BOUNDS,
  capturedLog,
  clipId,
  collected,
  doneOf,
  look,
  progress,
  type Testbed,
  testbed,
} from './testbed.ts';
import { answering } from './tiny.ts';

describe('opening a bus', { timeout: 300_000 }, () => {
  let bed: Testbed;
  before(async () => {
    bed = await testbed();
  });
  after(() => bed.close());

  test('makes every stream, bucket and store', async () => {
    await bed.open();
    const names = [
      ...Object.keys(streams(BOUNDS)),
      'KV_state',
      'OBJ_checkpoints',
      'OBJ_datasets',
      'OBJ_explanations',
      'OBJ_models',
    ];
    assert.deepEqual((await onServer(bed.server.url)).map(({ name }) => name).sort(), names.sort());
  });

  test('six processes at once, as after a start of the whole: none stumbles over another', async () => {
    const fresh = await testbed();
    try {
      await Promise.all(Array.from({ length: 6 }, () => fresh.open()));
    } finally {
      await fresh.close();
    }
  });

  test('a second time with other bounds: streams are brought up to date and keep what they hold', async () => {
    const bus = await bed.open();
    await bus.publish(look(clipId(1), 0));
    const again = await bed.open({ bounds: { framesMaxBytes: 2 ** 22, clipsMaxAgeHours: 7 } });
    const configs = new Map((await onServer(bed.server.url)).map((config) => [config.name, config]));
    assert.equal(configs.get('FRAMES')?.max_bytes, 2 ** 22);
    assert.equal(configs.get('CLIPS')?.max_age, 7 * 3600e9);
    assert.ok(await again.last(Look, `look.${clipId(1)}.0`));
  });

  test('frames that find no room are refused, and nothing else is', async () => {
    const configs = await onServer(bed.server.url);
    const refusing = configs.filter(({ name, discard }) => /^[A-Z]+$/.test(name) && discard === 'new');
    assert.deepEqual(
      refusing.map(({ name }) => name),
      ['FRAMES'],
    );
  });

  test('where another stream has one of the subjects: fatal, naming ours', async () => {
    const other = await testbed();
    try {
      const connection = await connect({ servers: other.server.url });
      await (await jetstreamManager(connection)).streams.add({ name: 'THEIRS', subjects: ['frame.>'] });
      await connection.close();
      await assert.rejects(other.open(), fatal(/refuses stream FRAMES.*overlap/));
    } finally {
      await other.close();
    }
  });
});

describe('a bus that nobody has set up', { timeout: 300_000 }, () => {
  test('a stage says so and waits, makes nothing, and works when it is', async (context) => {
    const fresh = await testbed();
    context.after(() => fresh.close());
    const { log, lines } = capturedLog();
    const stop = new AbortController();
    const over = runStage({
      stage: answering(clipId(1), {}, async function* (_, answer) {
        yield answer();
      }),
      options: {},
      bus: { url: fresh.server.url },
      log,
      statsS: 60,
      signal: stop.signal,
    });
    await until(() => lines.some(({ msg }) => msg === 'the bus is not set up: waiting'), 'it says so');
    assert.deepEqual(await onServer(fresh.server.url), []);
    await fresh.open();
    await until(() => lines.some(({ msg }) => msg === 'ready'), 'it is ready');
    stop.abort();
    await over;
  });

  test('told to stop while it waits, it stops', async (context) => {
    const fresh = await testbed();
    context.after(() => fresh.close());
    const { log, lines } = capturedLog();
    const stop = new AbortController();
    const stage = answering(clipId(1), {}, async function* (_, answer) {
      yield answer();
    });
    const bus = { url: fresh.server.url };
    const over = runStage({ stage, options: {}, bus, log, statsS: 60, signal: stop.signal });
    await until(() => lines.some(({ msg }) => msg === 'the bus is not set up: waiting'), 'it waits');
    stop.abort();
    await over;
  });
});

describe('a server that will not do', { timeout: 300_000 }, () => {
  const { log } = capturedLog();
  const opening = (url: string) => Bus.open({ url, name: 'test', bounds: BOUNDS, connectTimeoutS: 0.5 }, log);

  test('nobody answers: fatal after a while, and the address is logged without its password', async () => {
    await assert.rejects(opening('nats://me:secret@127.0.0.1:1'), (error) => {
      assert.ok(error instanceof FatalError);
      assert.match(
        error.message,
        /no NATS server answers at nats:\/\/127\.0\.0\.1:1; found .+; expected .*NATS_URL/,
      );
      assert.ok(!error.message.includes('secret'));
      return true;
    });
  });

  test('too old: fatal, with the version it has and the one it should have', async () => {
    const server = await greeter({ version: '2.9.9', jetstream: true });
    await assert.rejects(opening(server.url), fatal(/too old; found 2\.9\.9; expected 2\.9\.10 or newer/));
    assert.equal(await server.left, true, 'no connection is left behind');
  });

  test('without JetStream: fatal, and says which switch is missing', async () => {
    const server = await greeter({ version: '2.10.0', jetstream: false });
    await assert.rejects(
      opening(server.url),
      fatal(/JetStream switched off; found version 2\.10\.0; expected -js/),
    );
    assert.equal(await server.left, true, 'no connection is left behind');
  });

  test('a wrong password: fatal at once, without waiting', async () => {
    const bed = await testbed({ config: 'authorization { user: decoder, password: right }' });
    try {
      const began = Date.now();
      const wrong = bed.open({ user: 'decoder', password: 'wrong', connectTimeoutS: 60 });
      await assert.rejects(wrong, (error) => {
        assert.match(String(error), /does not let us in; found user decoder/);
        assert.ok(!String(error).includes('wrong'));
        return error instanceof FatalError;
      });
      assert.ok(Date.now() - began < 10_000);
    } finally {
      await bed.close();
    }
  });
});

test('the oldest server that will do is Debian 12’s', () => {
  assert.equal(OLDEST_SERVER, '2.9.10');
  for (const version of ['2.9.10', '2.9.11', '2.10.0', '2.14.0-beta.1', '3.0.0'])
    assert.ok(isNewEnough(version), version);
  for (const version of ['2.9.9', '2.8.20', '1.99.99', '', 'unknown'])
    assert.ok(!isNewEnough(version), version);
});

describe('a bus at work', { timeout: 300_000 }, () => {
  let bed: Testbed;
  let bus: Bus;
  before(async () => {
    bed = await testbed();
    bus = await bed.open();
  });
  after(() => bed.close());

  test('says which server it is on', () => {
    assert.equal(bus.serverVersion, bed.server.version);
  });

  test('last and at - a message by its subject and by its place; null where there is none', async () => {
    const clip = clipId(2);
    assert.equal(await bus.last(Look, `look.${clip}.0`), null);
    await bus.publish(look(clip, 0));
    const found = await bus.last(Look, `look.${clip}.0`);
    assert.equal(found?.body.index, 0);
    assert.equal(found?.id, `look.${clip}.0`);
    assert.match(found?.traceparent ?? '', /^00-/);
    const raw = await bus.at('LOOKS', found?.sequence ?? 0);
    assert.equal(raw?.subject, `look.${clip}.0`);
    assert.equal(raw?.headers?.get('ce-source'), '/shika/test');
    assert.equal(await bus.at('LOOKS', 1_000_000), null);
  });

  test('remove and purge - one message; those of a job before a place', async () => {
    for (let done = 0; done < 5; done++) {
      await bus.publish(progress('one', done));
      await bus.publish(progress('other', done));
    }
    const places = (await collected(bus.stored(Progress, { job: 'one' }))).map(({ sequence }) => sequence);
    await bus.remove('PROGRESS', places[0] ?? 0);
    assert.equal(await bus.purge(Progress, { job: 'one' }, places[3]), 2);
    const left = (await collected(bus.stored(Progress, { job: 'one' }))).map(({ body }) => doneOf(body));
    assert.deepEqual(left, [3, 4]);
    assert.equal(
      (await collected(bus.stored(Progress, { job: 'other' }))).length,
      5,
      'the other is untouched',
    );
  });

  test('purge - before a stream’s first message there is nothing to free', async () => {
    const image = { clip: clipId(6), index: 0, width: 1, height: 1 };
    await bus.publish(outgoing(Image, image, image, { payload: new Uint8Array(3) }));
    const stored = await bus.last(Image, `image.${clipId(6)}.0`);
    assert.equal(stored?.sequence, 1, 'it is the first in its stream');
    assert.equal(await bus.purge(Image, { clip: clipId(6) }, 1), 0);
    assert.ok(await bus.last(Image, `image.${clipId(6)}.0`));
  });

  test('republish - overwrites where the first write would win, in the same trace', async () => {
    const body = { ...ClipArrived.examples.valid, clip: clipId(5) };
    const subject = `clip.arrived.north-gate.${clipId(5)}`;
    const before = { type: ClipArrived, subject, id: subject, body };
    await bus.publish(before);
    const first = await bus.last(ClipArrived, subject);
    assert.equal(await bus.publish(before), 'repeated');
    const headers = { 'ce-id': subject, traceparent: first?.traceparent ?? '' };
    await bus.republish(ClipArrived, subject, headers, first?.payload ?? new Uint8Array());
    const second = await bus.last(ClipArrived, subject);
    assert.ok(second && first && second.sequence > first.sequence);
    assert.deepEqual(second.body, body);
    assert.equal(second.traceparent.slice(0, 35), first.traceparent.slice(0, 35));
  });

  test('occupancy - messages, bytes, and what waits for each durable consumer', async () => {
    const clip = clipId(6);
    await bus.publish(look(clip, 0));
    await bus.publish(look(clip, 1));
    const source = { stream: 'LOOKS', subject: `look.${clip}.*`, durable: 'occupant', ackWaitS: 30 } as const;
    const queue = bus.work(source);
    const [delivery] = await queue.take(1, AbortSignal.timeout(10_000));
    const { messages, bytes, consumers } = await bus.occupancy('LOOKS');
    assert.ok(messages >= 2 && bytes > 0);
    assert.deepEqual(
      consumers.find(({ name }) => name === 'occupant'),
      { name: 'occupant', waiting: 1, working: 1, delivered: 1 },
    );
    await delivery?.ack();
  });

  test('giveBackWork - what a dead process had taken comes at once, to be tried as often as ever', async () => {
    const clip = clipId(7);
    await bus.publish(look(clip, 0));
    const source = { stream: 'LOOKS', subject: `look.${clip}.*`, durable: 'taker', ackWaitS: 600 } as const;
    const [taken] = await bus.work(source).take(1, AbortSignal.timeout(10_000));
    assert.equal(taken?.attempt, 1);
    await bus.giveBackWork();
    const [again] = await bus.work(source).take(1, AbortSignal.timeout(10_000));
    assert.deepEqual([again?.raw.subject, again?.attempt], [taken?.raw.subject, 1]);
    await again?.ack();
  });

  test('close - leaves nothing behind that keeps the process alive', async () => {
    const testbedFile = join(import.meta.dirname, 'testbed.ts');
    const busFile = join(import.meta.dirname, '../../pipeline/runtime/bus/bus.ts');
    const program = `
      import { Bus } from ${JSON.stringify(busFile)};
      import { BOUNDS, capturedLog } from ${JSON.stringify(testbedFile)};
      const options = { url: ${JSON.stringify(bed.server.url)}, name: 'short', bounds: BOUNDS };
      const bus = await Bus.open(options, capturedLog().log);
      await bus.close();
      const closed = Date.now();
      process.on('exit', () => console.log(Date.now() - closed));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    assert.ok(Number(stdout) < 1_000, `${stdout} ms`);
  });

  test('close - does not wait for a server that is gone', async () => {
    const leaving = await bed.open();
    await bed.server.kill();
    const began = Date.now();
    await leaving.close();
    assert.ok(Date.now() - began < 4_000);
    assert.equal(await leaving.closed(), undefined, 'closed as it was told to');
    await bed.server.restart();
  });
});

test('a bus whose password is no longer right is closed for good, says why, and ends its stage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shika-test-nats-'));
  const path = process.env.SHIKA_TEST_NATS;
  const provider = path
    ? ({ kind: 'binary', path, version: '' } as const)
    : await provideNatsServer({ install: false, env: { ...process.env, NATS_URL: undefined } });
  assert.ok(provider.kind !== 'url');
  const config = (password: string) => ({
    folder,
    config: `authorization { user: u, password: ${password} }`,
  });
  let server = await NatsProcess.start(provider, config('before'));
  try {
    const options = { url: server.url, name: 'test', user: 'u', password: 'before', bounds: BOUNDS };
    const bus = await Bus.open(options, capturedLog().log);
    const { log, lines } = capturedLog();
    const idle = answering(clipId(9), {}, async function* (_, answer) {
      yield answer();
    });
    const { signal } = new AbortController();
    const stage = runStage({ stage: idle, options: {}, bus: options, log, statsS: 60, signal });
    stage.catch(() => {}); // looked at below
    await until(() => lines.some(({ msg }) => msg === 'ready'), 'the stage is ready');
    const { port } = server;
    await server.kill();
    server = await NatsProcess.start(provider, { ...config('after'), port });
    assert.match(String(await bus.closed()), /authorization/i);
    await assert.rejects(stage, fatal(/closed for good; found .*authorization/i));
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

function fatal(message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof FatalError, String(error));
    assert.match(error.message, message);
    return true;
  };
}

async function onServer(url: string) {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const configs = [];
  for await (const { config } of manager.streams.list()) configs.push(config);
  await connection.close();
  return configs;
}

/** Greets as a nats-server of this version would, and no more. `left` resolves when its client has gone. */
async function greeter(info: {
  version: string;
  jetstream: boolean;
}): Promise<{ url: string; left: Promise<boolean> }> {
  let gone: (left: boolean) => void = () => {};
  const left = new Promise<boolean>((resolve) => {
    gone = resolve;
  });
  const server = createServer((socket) => {
    const greeting = { server_id: 'x', headers: true, max_payload: 2 ** 20, proto: 1, ...info };
    socket.write(`INFO ${JSON.stringify(greeting)}\r\n`);
    socket.on('data', (said) => {
      if (said.includes('PING')) socket.write('PONG\r\n');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      server.close();
      gone(true);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `nats://127.0.0.1:${port}`, left };
}

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import Type from 'typebox';
import { type Incoming, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { Frame } from '../../schemas/frame.ts';
import { Progress } from '../../schemas/progress.ts';
import { until } from '../processes/until.ts';
import { clipId, collected, doneOf, progress, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

function frame(clip: string, index: number) {
  const facts = { clip, camera: 'gate', index, pts: 0, width: 1, height: 1 };
  return outgoing(Frame, { camera: 'gate', clip, index }, facts, { payload: new Uint8Array(5000) });
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts to follow; what came is in `came`. It is stopped with the test. */
function following(job: string): { came: Incoming<typeof Progress>[]; stop(): Promise<void> } {
  const stop = new AbortController();
  const came: Incoming<typeof Progress>[] = [];
  const over = (async () => {
    for await (const message of bus.follow(Progress, { job }, { signal: stop.signal })) came.push(message);
  })();
  const end = async () => {
    stop.abort();
    await over;
  };
  stops.push(end);
  return { came, stop: end };
}

describe('follow', { timeout: 300_000 }, () => {
  test('gives what is stored, then what comes, in order, and only what was asked for', async () => {
    for (let done = 0; done < 3; done++) await bus.publish(progress('a', done));
    const { came } = following('a');
    await until(() => came.length === 3, 'what is stored');
    await bus.publish(progress('other', 9));
    for (let done = 3; done < 6; done++) await bus.publish(progress('a', done));
    await until(() => came.length === 6, 'what comes');
    assert.deepEqual(
      came.map(({ body }) => doneOf(body)),
      [0, 1, 2, 3, 4, 5],
    );
    const [first] = came;
    assert.equal(first?.subject, 'progress.a');
    assert.equal(first?.id, 'a:0');
    assert.ok(Math.abs(Date.now() - (first?.storedAt ?? 0)) < 60_000);
  });

  test('goes on after the server was killed, twice, without loss or repeat', async () => {
    const { came } = following('b');
    const publishing = (async () => {
      for (let done = 0; done < 60; done++) {
        await bus.publish(progress('b', done));
        if (done % 10 === 9) await until(() => came.length > done - 10, 'what was published before');
      }
    })();
    await until(() => came.length >= 10, 'a beginning');
    await bed.server.restart();
    await until(() => came.length >= 30, 'more after the first restart');
    await bed.server.restart();
    await publishing;
    await bus.publish(progress('b', 60)); // whatever came twice has come before it
    await until(() => came.some(({ body }) => doneOf(body) === 60), 'the rest');
    assert.deepEqual(
      came.map(({ body }) => doneOf(body)),
      Array.from({ length: 61 }, (_, i) => i),
    );
  });

  test('begun while the server is away, it waits for it', async () => {
    await bus.publish(progress('c', 0));
    await bed.kill();
    const { came } = following('c');
    await bed.server.restart();
    await until(() => came.length === 1, 'what was stored before');
  });

  test('ends soon when it is aborted, also with nothing to give', { timeout: 5_000 }, async () => {
    await bus.publish(progress('e', 0));
    const { came, stop } = following('e');
    await until(() => came.length === 1, 'all that there is');
    await stop();
  });

  test('leaves payloads out where facts are enough', async () => {
    const clip = clipId(1);
    await bus.publish(frame(clip, 0));
    const stop = new AbortController();
    for await (const { body, payload } of bus.follow(
      Frame,
      { clip },
      { signal: stop.signal, headersOnly: true },
    )) {
      assert.equal(body.clip, clip);
      assert.equal(payload.length, 0);
      stop.abort();
    }
    assert.equal((await bus.last(Frame, `frame.gate.${clip}.0`))?.payload.length, 5000);
  });

  test('leaves messages that are not valid, and says so', async () => {
    await bus.publish(progress('d', 0));
    const connection = await connect({ servers: bed.server.url });
    await connection.request('progress.d', 'not JSON');
    await connection.request('progress.d', '{"job": "d"}');
    await connection.close();
    await bus.publish(progress('d', 1));
    const { came } = following('d');
    await until(() => came.length === 2, 'the two valid ones');
    const left = bed.lines.filter(
      ({ subject, msg }) => subject === 'progress.d' && String(msg).startsWith('left'),
    );
    assert.match(String(left[0]?.why), /not JSON; found "not JSON"/);
    assert.match(String(left[1]?.why), /kind is missing/);
  });
});

describe('stored', { timeout: 300_000 }, () => {
  test('ends with what was there, more than the client asks for at once', async () => {
    const jobs = Array.from({ length: 620 }, (_, done) => progress('many', done));
    for (let i = 0; i < jobs.length; i += 20)
      await Promise.all(jobs.slice(i, i + 20).map((job) => bus.publish(job)));
    const found = await collected(bus.stored(Progress, { job: 'many' }));
    assert.equal(new Set(found.map(({ body }) => doneOf(body))).size, 620);
    assert.equal(found.length, 620);
  });

  test('is empty at once where there is nothing', async () => {
    assert.deepEqual(await collected(bus.stored(Progress, { job: 'nobody' })), []);
  });

  test('does not wait for what somebody deletes meanwhile', { timeout: 30_000 }, async () => {
    const names = Array.from({ length: 700 }, (_, done) => progress('f', done));
    for (let i = 0; i < names.length; i += 20)
      await Promise.all(names.slice(i, i + 20).map((job) => bus.publish(job)));
    const places = (await collected(bus.stored(Progress, { job: 'f' }))).map(({ sequence }) => sequence);
    const reading = bus.stored(Progress, { job: 'f' });
    await reading.next();
    // The client has asked for 500; those behind go before it asks for more.
    await Promise.all(places.slice(600).map((place) => bus.remove('PROGRESS', place)));
    assert.equal((await collected(reading)).length, 599);
  });
});

test('consumers that only read are ended when they are done with', { timeout: 300_000 }, async () => {
  const own = await testbed();
  try {
    const reader = await own.open();
    const connection = await connect({ servers: own.server.url });
    const manager = await jetstreamManager(connection);
    const consumers = async () => {
      let count = 0;
      for await (const { state } of manager.streams.list()) count += state.consumer_count;
      return count;
    };
    for (let i = 0; i < 12; i++) {
      await reader.publish(progress('read', i));
      await collected(reader.stored(Progress, { job: 'read' }));
      await collected(reader.stored(Progress, { job: 'nobody' }));
      const stop = new AbortController();
      for await (const _ of reader.follow(Progress, { job: 'read' }, { signal: stop.signal })) stop.abort();
      await reader.state.put('place', i);
      for await (const _ of reader.state.watch('place', Type.Number(), new AbortController().signal)) break;
    }
    await until(async () => (await consumers()) === 0, 'no consumer is left');
    await connection.close();
  } finally {
    await own.close();
  }
});

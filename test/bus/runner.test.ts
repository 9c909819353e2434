import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Bus } from '../../pipeline/bus/bus.ts';
import { outgoing } from '../../pipeline/bus/envelope.ts';
import { FatalError, OverloadedError, PoisonError, RetryableError } from '../../pipeline/errors.ts';
import { runStage } from '../../pipeline/stage/run.ts';
import type { Stage } from '../../pipeline/stage/stage.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { Progress } from '../../schemas/progress.ts';
import {
  BOUNDS,
  capturedLog,
  clipId,
  collected,
  type LogLine,
  look,
  type Testbed,
  testbed,
  until,
} from './testbed.ts';
import { answering, answeringBatches } from './tiny.ts';

let bed: Testbed;
let bus: Bus;
/** Past the bus: for what no stage would do. */
let connection: NatsConnection;
let manager: JetStreamManager;
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

interface Run {
  readonly lines: LogLine[];
  /** Settles as `runStage` does. */
  readonly over: Promise<void>;
  stop(): Promise<void>;
}

/** Runs a stage until the test ends. */
function run(
  test: TestContext,
  stage: Stage,
  { statsS = 60, bounds = BOUNDS, url = bed.server.url } = {},
): Run {
  const { log, lines } = capturedLog();
  const stop = new AbortController();
  const over = runStage({
    stage,
    options: {},
    bus: { url, bounds },
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

async function answers(clip: string): Promise<number[]> {
  return (await collected(bus.stored(Progress, { job: clip }))).map(({ body }) => body.done);
}

async function dead(clip: string) {
  const all = await collected(bus.stored(Dead, { stage: 'detector' }));
  return all.filter(({ body }) => body.subject.startsWith(`look.${clip}.`));
}

/** Looks of a clip that are not acknowledged yet: acknowledged work leaves the stream. */
async function unsettled(clip: string): Promise<number> {
  const { state } = await manager.streams.info('LOOKS', { subjects_filter: `look.${clip}.*` });
  return Object.keys(state.subjects ?? {}).length;
}

const settled = (clip: string) => until(async () => (await unsettled(clip)) === 0, 'every look is settled');

describe('delivery', { timeout: 120_000 }, () => {
  test('an input is acknowledged only when its output is stored', async (t) => {
    const clip = clipId(1);
    const tight = { ...BOUNDS, framesMaxBytes: 100_000 };
    const small = await bed.open({ bounds: tight });
    t.after(() => bed.open()); // gives FRAMES its size back
    await small.publish(frame(clip, 0));
    await bus.publish(look(clip, 1));
    run(
      t,
      answering(clip, {}, async function* ({ body }) {
        yield frame(clip, body.index);
      }),
      { bounds: tight },
    );
    await setTimeout(1_000);
    assert.equal(await unsettled(clip), 1, 'FRAMES is full: nothing is stored, so nothing is acknowledged');
    await small.purge(Frame, { clip });
    await settled(clip);
    assert.ok(await bus.last(Frame, `frame.gate.${clip}.1`));
  });
});

describe('crashes', { timeout: 120_000, concurrency: true }, () => {
  test('killed between output and acknowledgement: the input comes again, the output stays one', async (t) => {
    const clip = clipId(2);
    await bus.publish(look(clip, 7));
    const crashing = tinyProcess(t, clip, 'crash');
    const [, signal] = await once(crashing, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(await answers(clip), [7], 'the output was stored');
    assert.equal(await unsettled(clip), 1, 'the input was not acknowledged');
    tinyProcess(t, clip);
    await settled(clip);
    assert.deepEqual(await answers(clip), [7]);
    assert.deepEqual(await dead(clip), []);
  });

  test('an input that kills every process that takes it ends in DEAD', async (t) => {
    const clip = clipId(3);
    await bus.publish(look(clip, 7));
    for (let attempt = 1; attempt <= 2; attempt++) await once(tinyProcess(t, clip, 'crash'), 'exit');
    tinyProcess(t, clip, 'crash');
    await settled(clip);
    const [message, ...more] = await dead(clip);
    assert.equal(message?.body.reason, 'no process finished it in 2 attempts');
    assert.equal(message?.body.attempts, 3);
    assert.deepEqual(more, []);
  });
});

describe('working', { timeout: 120_000, concurrency: true }, () => {
  test('a handler that takes longer than the lease keeps its input', async (t) => {
    const clip = clipId(4);
    await bus.publish(look(clip, 0));
    let begun = 0;
    const slow = answering(clip, { leaseS: 1 }, async function* (_, answer) {
      begun++;
      await setTimeout(2_500);
      yield answer();
    });
    run(t, slow);
    run(t, slow);
    await until(async () => (await answers(clip)).length > 0, 'the answer');
    await settled(clip);
    assert.equal(begun, 1);
  });

  test('several at once, when asked to', async (t) => {
    const clip = clipId(5);
    let most = 0;
    let now = 0;
    for (let index = 0; index < 6; index++) await bus.publish(look(clip, index));
    run(
      t,
      answering(clip, { concurrency: 3 }, async function* (_, answer) {
        most = Math.max(most, ++now);
        await setTimeout(100);
        now--;
        yield answer();
      }),
    );
    await until(async () => (await answers(clip)).length === 6, 'six answers');
    assert.equal(most, 3);
  });

  test('a commit runs when all before it is stored, and holds back all behind it', async (t) => {
    const clip = clipId(6);
    await bus.publish(look(clip, 0));
    const told: string[] = [];
    run(
      t,
      answering(clip, {}, async function* () {
        for (let index = 0; index < 20; index++) yield frame(clip, index, 1000);
        yield {
          async commit() {
            told.push(`${(await collected(bus.stored(Frame, { clip }))).length} before`);
            await setTimeout(100);
            told.push(`${(await collected(bus.stored(Frame, { clip }))).length} still`);
          },
        };
        for (let index = 20; index < 30; index++) yield frame(clip, index, 1000);
      }),
    );
    await settled(clip);
    assert.deepEqual(told, ['20 before', '20 still']);
    assert.equal((await collected(bus.stored(Frame, { clip }))).length, 30);
  });
});

describe('failures', { timeout: 120_000, concurrency: true }, () => {
  test('poison: to DEAD with its payload and facts, with an obituary, acknowledged, and the rest goes on', async (t) => {
    const clip = clipId(11);
    await bus.publish(look(clip, 0));
    await bus.publish(look(clip, 1));
    const running = run(
      t,
      answering(clip, { obituary }, async function* ({ body }, answer) {
        if (body.index === 0) throw new PoisonError('not a deer', { found: 'a boar', expected: 'a deer' });
        yield answer();
      }),
    );
    await settled(clip);
    assert.deepEqual(await answers(clip), [1]);
    const [message, ...more] = await dead(clip);
    assert.deepEqual(more, []);
    const { body, payload, subject } = message ?? assert.fail('nothing is dead');
    assert.equal(subject, `dead.detector.look.${clip}.0`);
    assert.equal(body.reason, 'not a deer; found a boar; expected a deer');
    assert.equal(body.attempts, 1);
    assert.equal(body.type, 'shika.look.v1');
    assert.equal(body.headers['ce-id'], `look.${clip}.0`);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), look(clip, 0).body);
    const said = await bus.last(ClipFailed, `clip.failed.gate.${clip}`);
    assert.equal(said?.body.reason, body.reason);
    const line = running.lines.find(({ msg }) => msg === 'dead');
    assert.equal(line?.level, 'error');
    assert.equal(line?.why, body.reason);
  });

  test('a passing fault: again after a growing delay, at last to DEAD with the number of attempts', async (t) => {
    const clip = clipId(12);
    await bus.publish(look(clip, 0));
    const times: number[] = [];
    run(
      t,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      answering(clip, { attempts: 3 }, async function* () {
        times.push(Date.now());
        throw new RetryableError('the disk is busy');
      }),
    );
    await until(async () => (await dead(clip)).length === 1, 'it is dead');
    await settled(clip);
    assert.equal(times.length, 3);
    const [first = 0, second = 0, third = 0] = times;
    assert.ok(second - first >= 240 && third - second >= 480, `${second - first}, ${third - second}`);
    const [message] = await dead(clip);
    assert.equal(message?.body.reason, 'the disk is busy (after 3 attempts)');
  });

  test('a passing fault that passes: no harm done', async (t) => {
    const clip = clipId(13);
    await bus.publish(look(clip, 0));
    let tries = 0;
    run(
      t,
      answering(clip, {}, async function* (_, answer) {
        if (++tries < 3) throw new Error('not now');
        yield answer();
      }),
    );
    await settled(clip);
    assert.deepEqual(await answers(clip), [0]);
    assert.deepEqual(await dead(clip), []);
  });

  test('overloaded: waits and tries again, however often, without using up attempts', async (t) => {
    const clip = clipId(14);
    await bus.publish(look(clip, 0));
    let tries = 0;
    const running = run(
      t,
      answering(clip, { attempts: 2, leaseS: 1 }, async function* (_, answer) {
        if (++tries < 4) throw new OverloadedError('the GPU is full');
        yield answer();
      }),
    );
    await settled(clip);
    assert.equal(tries, 4);
    assert.deepEqual(await answers(clip), [0]);
    assert.deepEqual(await dead(clip), []);
    assert.equal(running.lines.filter(({ msg }) => String(msg).startsWith('overloaded')).length, 1);
  });

  test('a message that is not valid: to DEAD as it is, before any handler sees it', async (t) => {
    const clip = clipId(15);
    await connection.request(`look.${clip}.0`, '{"clip": "deer"}');
    await connection.request(`look.${clip}.1`, 'hello');
    let seen = 0;
    run(
      t,
      answering(clip, { obituary }, async function* (_, answer) {
        seen++;
        yield answer();
      }),
    );
    await until(async () => (await dead(clip)).length === 2, 'both are dead');
    await settled(clip);
    const [wrong, noJson] = await dead(clip);
    assert.match(wrong?.body.reason ?? '', /not a valid shika\.look\.v1: index is missing/);
    assert.match(noJson?.body.reason ?? '', /not JSON; found "hello"/);
    assert.equal(new TextDecoder().decode(noJson?.payload), 'hello');
    assert.equal(seen, 0);
  });

  test('an error without a message, and an obituary that cannot be published: dead all the same, once', async (t) => {
    const clip = clipId(16);
    await bus.publish(look(clip, 0));
    const wrong = () => [outgoing(Progress, { job: clip }, { ...Progress.examples.valid, done: -1 })];
    let tries = 0;
    const running = run(
      t,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      answering(clip, { attempts: 1, obituary: wrong }, async function* () {
        tries++;
        throw new Error('');
      }),
    );
    await settled(clip);
    assert.equal(tries, 1);
    assert.match((await dead(clip))[0]?.body.reason ?? '', /^Error \(after 1 attempts\)$/);
    assert.ok(running.lines.some(({ msg }) => msg === 'not published'));
  });

  test('a message too large to be kept beside its facts: dead without its payload, not again for ever', async (t) => {
    const clip = clipId(17);
    const largest = (connection.info?.max_payload ?? 0) - 100;
    await connection.request(`look.${clip}.0`, new Uint8Array(largest));
    run(
      t,
      // biome-ignore lint/correctness/useYield: nothing comes here
      answering(clip, {}, async function* () {
        assert.fail('it is not valid');
      }),
    );
    await until(async () => (await dead(clip)).length === 1, 'it is dead');
    await settled(clip);
    const [message] = await dead(clip);
    assert.match(message?.body.reason ?? '', /\(too large to be kept\)$/);
    assert.equal(message?.payload.length, 0);
  });

  test('fatal: the stage ends with the error, and the input is for the next process', async (t) => {
    const clip = clipId(18);
    await bus.publish(look(clip, 0));
    const failing = run(
      t,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      answering(clip, { leaseS: 60 }, async function* () {
        throw new FatalError('the driver is gone');
      }),
    );
    await assert.rejects(
      failing.over,
      (error) => error instanceof FatalError && error.message === 'the driver is gone',
    );
    run(
      t,
      answering(clip, { leaseS: 60 }, async function* (_, answer) {
        yield answer();
      }),
    );
    await settled(clip);
    assert.deepEqual(await answers(clip), [0]);
  });

  test('a handler that fails leaves nothing in flight: what it gave before is stored before it is dead', async (t) => {
    const clip = clipId(19);
    await bus.publish(look(clip, 0));
    run(
      t,
      answering(clip, { obituary }, async function* () {
        for (let index = 0; index < 10; index++) yield frame(clip, index, 200_000);
        throw new PoisonError('broken in the middle');
      }),
    );
    await until(
      async () => (await bus.last(ClipFailed, `clip.failed.gate.${clip}`)) !== null,
      'the obituary',
    );
    assert.equal((await collected(bus.stored(Frame, { clip }))).length, 10);
  });
});

describe('batches', { timeout: 120_000, concurrency: true }, () => {
  test('one failure does not touch the others', async (t) => {
    const clip = clipId(21);
    for (let index = 0; index < 4; index++) await bus.publish(look(clip, index));
    run(
      t,
      answeringBatches(clip, 4, {}, async (inputs) =>
        inputs.map(({ body: { index } }) =>
          index === 2
            ? new PoisonError('frame 2 is broken')
            : [
                outgoing(
                  Progress,
                  { job: clip },
                  { ...Progress.examples.valid, done: index },
                  { id: `${clip}:${index}` },
                ),
              ],
        ),
      ),
    );
    await settled(clip);
    assert.deepEqual((await answers(clip)).sort(), [0, 1, 3]);
    assert.deepEqual(
      (await dead(clip)).map(({ body }) => body.subject),
      [`look.${clip}.2`],
    );
  });

  test('a batch that fails as a whole is tried again; where it is overloaded, in the same process', async (t) => {
    const clip = clipId(22);
    for (let index = 0; index < 2; index++) await bus.publish(look(clip, index));
    const errors = [new Error('once'), new OverloadedError('full'), new OverloadedError('still full')];
    run(
      t,
      answeringBatches(clip, 2, { attempts: 2 }, async (inputs) => {
        const error = errors.shift();
        if (error) throw error;
        return inputs.map(({ body }) => [
          outgoing(
            Progress,
            { job: clip },
            { ...Progress.examples.valid, done: body.index },
            { id: `${clip}:${body.index}` },
          ),
        ]);
      }),
    );
    await settled(clip);
    assert.deepEqual((await answers(clip)).sort(), [0, 1]);
    assert.deepEqual(await dead(clip), []);
  });
});

describe('stopping', { timeout: 120_000, concurrency: true }, () => {
  test('told to stop, it gives back what it can’t finish: the next process has it at once', async (t) => {
    const clip = clipId(31);
    await bus.publish(look(clip, 0));
    let attempts = 0;
    const endless = () =>
      answering(clip, { leaseS: 60 }, async function* (_, answer, { signal }) {
        attempts++;
        if (attempts === 1) await setTimeout(60_000, undefined, { signal });
        yield answer();
      });
    const first = run(t, endless());
    await until(() => attempts === 1, 'it is at work');
    const began = Date.now();
    await first.stop();
    assert.ok(Date.now() - began < 4_000, `${Date.now() - began} ms`);
    assert.equal(first.lines.at(-1)?.msg, 'stopped');
    run(t, endless());
    await settled(clip);
    assert.equal(attempts, 2);
  });

  test('told to stop while it waits because of overload, it gives back', async (t) => {
    const clip = clipId(32);
    await bus.publish(look(clip, 0));
    let tries = 0;
    const stage = (works: boolean) =>
      answering(clip, { leaseS: 60 }, async function* (_, answer) {
        tries++;
        if (!works) throw new OverloadedError('full');
        yield answer();
      });
    const first = run(t, stage(false));
    await until(() => tries >= 3, 'it waits');
    await first.stop();
    run(t, stage(true));
    await settled(clip);
  });

  test('told to stop while the server is gone, it stops', async (t) => {
    const own = await testbed();
    t.after(() => own.close());
    const running = run(
      t,
      answering(clipId(33), {}, async function* (_, answer) {
        yield answer();
      }),
      { url: own.server.url },
    );
    await until(() => running.lines.some(({ msg }) => msg === 'ready'), 'it is ready');
    await own.server.kill();
    await setTimeout(300);
    const began = Date.now();
    await running.stop();
    assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
  });
});

describe('what a stage logs', { timeout: 120_000, concurrency: true }, () => {
  test('a handler’s lines carry clip, index, message and trace; stats have every field', async (t) => {
    const clip = clipId(41);
    const running = run(
      t,
      answering(clip, {}, async function* ({ body }, answer, { log }) {
        log.info('looking');
        if (body.index === 2) throw new PoisonError('no');
        yield answer();
      }),
      { statsS: 1 },
    );
    for (let index = 0; index < 3; index++) await bus.publish(look(clip, index));
    await settled(clip);
    await running.stop();
    const line = running.lines.find(({ msg }) => msg === 'looking');
    assert.equal(line?.clip, clip);
    assert.equal(line?.index, 0);
    assert.equal(line?.msgId, `look.${clip}.0`);
    assert.match(String(line?.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const stats = running.lines.filter(({ msg }) => msg === 'stats');
    assert.ok(stats.length >= 1);
    const sum = (field: string) => stats.reduce((all, of) => all + Number(of[field]), 0);
    assert.equal(sum('in'), 3);
    assert.equal(sum('dead'), 1);
    assert.equal(sum('out'), 3, 'two answers and one dead');
    for (const field of ['in', 'out', 'dead', 'lag', 'batch', 'p50Ms', 'p99Ms', 'rssMiB']) {
      for (const of of stats) assert.equal(typeof of[field], 'number', field);
    }
    assert.equal(running.lines.find(({ msg }) => msg === 'ready')?.server, bed.server.version);
  });

  test('the trace goes on from input to output', async (t) => {
    const clip = clipId(42);
    await bus.publish(look(clip, 0));
    const parent = (await bus.last(lookType, `look.${clip}.0`))?.traceparent ?? '';
    run(
      t,
      answering(clip, {}, async function* (input, answer) {
        yield { ...answer(), parent: input.traceparent };
      }),
    );
    await settled(clip);
    const [answer] = await collected(bus.stored(Progress, { job: clip }));
    assert.equal(answer?.traceparent.slice(0, 35), parent.slice(0, 35));
    assert.notEqual(answer?.traceparent, parent);
  });
});

const lookType = look(clipId(0), 0).type;

function obituary({ body: { clip } }: { body: { clip: string } }, reason: string) {
  const body = { clip, camera: 'gate', file: 'deer.mp4', stage: 'detector', reason };
  return [outgoing(ClipFailed, { camera: 'gate', clip }, body)];
}

function frame(clip: string, index: number, bytes = 60_000) {
  const facts = { clip, camera: 'gate', index, pts: 0, width: 1, height: 1 };
  return outgoing(Frame, { camera: 'gate', clip, index }, facts, { payload: new Uint8Array(bytes) });
}

/** It is killed with the test, if it has not killed itself. */
function tinyProcess(test: TestContext, clip: string, ...how: string[]): ChildProcess {
  const program = join(import.meta.dirname, 'tiny-stage.ts');
  const env = { ...process.env, NATS_URL: bed.server.url };
  const child = spawn(process.execPath, [program, clip, ...how], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  test.after(() => child.kill('SIGKILL'));
  return child;
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { OverloadedError, PoisonError } from '../../pipeline/runtime/errors.ts';
import { Frame } from '../../schemas/frame.ts';
import { Progress } from '../../schemas/progress.ts';
import { until } from '../processes/until.ts';
import {
  ackWaitsPass,
  answers,
  bed,
  bus,
  dead,
  frame,
  lookType,
  run,
  settled,
  tinyProcess,
  unsettled,
} from './runner-bed.ts';
import { BOUNDS, clipId, collected, look, progress, testbed } from './testbed.ts';
import { answering, answeringBatches } from './tiny.ts';

describe('delivery', { timeout: 300_000 }, () => {
  test('an input is acknowledged only when its output is stored', async (t) => {
    const clip = clipId(1);
    const tight = { ...BOUNDS, framesMaxBytes: 100_000 };
    const small = await bed.open({ bounds: tight });
    t.after(() => bed.open()); // gives FRAMES its size back
    await small.publish(frame(clip, 0));
    await bus.publish(look(clip, 1));
    const running = run(
      t,
      answering(clip, {}, async function* ({ body }) {
        yield frame(clip, body.index);
      }),
    );
    await until(() => running.lines.some(({ why }) => why === 'FRAMES is full'), 'it waits for room');
    assert.equal(await unsettled(clip), 1, 'FRAMES is full: nothing is stored, so nothing is acknowledged');
    await small.purge(Frame, { clip });
    await settled(clip);
    assert.ok(await bus.last(Frame, `frame.gate.${clip}.1`));
  });
});

describe('crashes', { timeout: 300_000, concurrency: true }, () => {
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

describe('working', { timeout: 300_000, concurrency: true }, () => {
  test('a handler that takes longer than the ack wait keeps its input', async (t) => {
    const clip = clipId(4);
    await bus.publish(look(clip, 0));
    let begun = 0;
    const slow = answering(clip, { ackWaitS: 1 }, async function* (_, answer) {
      begun++;
      await ackWaitsPass(2);
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
    const three = Promise.withResolvers<void>();
    let begun = 0;
    for (let index = 0; index < 6; index++) await bus.publish(look(clip, index));
    run(
      t,
      answering(clip, { concurrency: 3 }, async function* (_, answer) {
        if (++begun === 3) three.resolve();
        await three.promise; // holds until three are at work
        yield answer();
      }),
    );
    await until(async () => (await answers(clip)).length === 6, 'six answers');
    assert.equal(begun, 6);
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
            await bus.publish(progress(clip, 99)); // what was on its way would have been stored by now
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

describe('batches', { timeout: 300_000, concurrency: true }, () => {
  test('one failure does not touch the others', async (t) => {
    const clip = clipId(21);
    for (let index = 0; index < 4; index++) await bus.publish(look(clip, index));
    run(
      t,
      answeringBatches(clip, 4, {}, async (inputs) =>
        inputs.map(({ body: { index } }) =>
          index === 2 ? new PoisonError('frame 2 is broken') : [progress(clip, index)],
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
        return inputs.map(({ body }) => [progress(clip, body.index)]);
      }),
    );
    await settled(clip);
    assert.deepEqual((await answers(clip)).sort(), [0, 1]);
    assert.deepEqual(await dead(clip), []);
  });
});

describe('stopping', { timeout: 300_000, concurrency: true }, () => {
  test('told to stop, it gives back what it can’t finish: the next process has it at once', async (t) => {
    const clip = clipId(31);
    await bus.publish(look(clip, 0));
    let attempts = 0;
    const endless = () =>
      answering(clip, { ackWaitS: 60 }, async function* (_, answer, { signal }) {
        attempts++;
        if (attempts === 1) {
          await once(signal, 'abort');
          throw signal.reason;
        }
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
      answering(clip, { ackWaitS: 60 }, async function* (_, answer) {
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
    await own.open(); // sets it up
    const running = run(
      t,
      answering(clipId(33), {}, async function* (_, answer) {
        yield answer();
      }),
      { url: own.server.url },
    );
    await until(() => running.lines.some(({ msg }) => msg === 'ready'), 'it is ready');
    await own.server.kill();
    await until(() => running.lines.some(({ msg }) => msg === 'bus disconnect'), 'it knows');
    const began = Date.now();
    await running.stop();
    assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
  });
});

describe('what a stage logs', { timeout: 300_000, concurrency: true }, () => {
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

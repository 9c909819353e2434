import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FatalError, OverloadedError, PoisonError, RetryableError } from '../../pipeline/runtime/errors.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { Frame } from '../../schemas/frame.ts';
import { until } from '../processes/until.ts';
import { answers, bus, connection, dead, frame, onDead, run, settled } from './runner-bed.ts';
import { clipId, collected, look, progress } from './testbed.ts';
import { answering } from './tiny.ts';

describe('failures', { timeout: 300_000, concurrency: true }, () => {
  test('poison: to DEAD with its payload and facts, waiting parties told (onDead), acknowledged, and the rest goes on', async (t) => {
    const clip = clipId(11);
    await bus.publish(look(clip, 0));
    await bus.publish(look(clip, 1));
    const running = run(
      t,
      answering(clip, { onDead }, async function* ({ body }, answer) {
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
    // 250 and 500 ms, of which up to a half is taken off.
    assert.ok(second - first >= 120 && third - second >= 240, `${second - first}, ${third - second}`);
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
      answering(clip, { attempts: 2, ackWaitS: 1 }, async function* (_, answer) {
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
      answering(clip, { onDead }, async function* (_, answer) {
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

  test('an error without a message, and an onDead message that cannot be published: dead all the same, once', async (t) => {
    const clip = clipId(16);
    await bus.publish(look(clip, 0));
    const wrong = () => [progress(clip, -1)];
    let tries = 0;
    const running = run(
      t,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      answering(clip, { attempts: 1, onDead: wrong }, async function* () {
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
      answering(clip, { ackWaitS: 60 }, async function* () {
        throw new FatalError('the driver is gone');
      }),
    );
    await assert.rejects(
      failing.over,
      (error) => error instanceof FatalError && error.message === 'the driver is gone',
    );
    run(
      t,
      answering(clip, { ackWaitS: 60 }, async function* (_, answer) {
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
      answering(clip, { onDead }, async function* () {
        for (let index = 0; index < 10; index++) yield frame(clip, index, 200_000);
        throw new PoisonError('broken in the middle');
      }),
    );
    await until(
      async () => (await bus.last(ClipFailed, `clip.failed.gate.${clip}`)) !== null,
      'what onDead gave',
    );
    assert.equal((await collected(bus.stored(Frame, { clip }))).length, 10);
  });
});

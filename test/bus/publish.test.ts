import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { FatalError, PoisonError } from '../../pipeline/runtime/errors.ts';
import { Frame } from '../../schemas/frame.ts';
import { Progress } from '../../schemas/progress.ts';
import { until } from '../processes/until.ts';
import { BOUNDS, clipId, collected, doneOf, progress, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

/** Resolves when publishing a clip's frame has failed several times. */
function waits(clip: string): Promise<void> {
  const subject = `frame.gate.${clip}.0`;
  return until(
    () => bed.lines.some((line) => line.subject === subject && line.msg === 'waiting to publish'),
    subject,
  );
}

function frame(clip: string, index: number, bytes = 100, id?: string) {
  const facts = { clip, camera: 'gate', index, pts: index, width: 1, height: 1 };
  const payload = new Uint8Array(bytes).fill(index);
  return outgoing(Frame, { camera: 'gate', clip, index }, facts, { payload, ...(id ? { id } : {}) });
}

describe('publish', { timeout: 300_000 }, () => {
  test('the first write wins, whatever the ids: no dedupe window is needed', async () => {
    const clip = clipId(1);
    assert.equal(await bus.publish(frame(clip, 5, 10, 'one')), 'stored');
    assert.equal(await bus.publish(frame(clip, 5, 99, 'another')), 'repeated');
    const [stored, ...more] = await collected(bus.stored(Frame, { clip }));
    assert.equal(stored?.payload.length, 10);
    assert.deepEqual(more, []);
  });

  test('the first write still wins after the server was killed and has forgotten its ids', async () => {
    const clip = clipId(2);
    await bus.publish(frame(clip, 0, 10));
    await bed.server.restart();
    assert.equal(await bus.publish(frame(clip, 0, 99)), 'repeated');
    assert.equal((await bus.last(Frame, `frame.gate.${clip}.0`))?.payload.length, 10);
  });

  test('where every message counts, the same id is stored once and another one beside it', async () => {
    assert.equal(await bus.publish(progress('p', 1)), 'stored');
    assert.equal(await bus.publish(progress('p', 1)), 'repeated');
    assert.equal(await bus.publish(progress('p', 2)), 'stored');
    assert.deepEqual(
      (await collected(bus.stored(Progress, { job: 'p' }))).map(({ body }) => doneOf(body)),
      [1, 2],
    );
  });

  test('waits for a server that was killed', async () => {
    const clip = clipId(3);
    await bed.server.kill();
    let stored = false;
    const publishing = bus.publish(frame(clip, 0)).then(() => {
      stored = true;
    });
    await waits(clip);
    assert.ok(!stored, 'nobody is there to store it');
    await bed.server.restart();
    await publishing;
    assert.ok(await bus.last(Frame, `frame.gate.${clip}.0`));
  });

  test('waits for room in a full FRAMES, says so, and goes on when there is some', async (t) => {
    const clip = clipId(4);
    const small = await bed.open({ bounds: { ...BOUNDS, framesMaxBytes: 300_000 } });
    t.after(() => bed.open()); // gives FRAMES its size back
    await small.purge(Frame, {});
    let stored = 0;
    const publishing = (async () => {
      for (let index = 0; index < 6; index++) {
        await small.publish(frame(clip, index, 100_000));
        stored++;
      }
    })();
    await until(() => bed.lines.some(({ why }) => why === 'FRAMES is full'), 'it says that FRAMES is full');
    assert.equal(stored, 2, 'two frames and their headers fit');
    await small.purge(Frame, { clip });
    await until(() => stored === 4, 'two more are stored');
    await small.purge(Frame, { clip });
    await publishing;
    assert.equal((await collected(small.stored(Frame, { clip }))).length, 2);
  });

  test('a message that waits is given up when the signal is aborted, with the signal’s reason', async () => {
    await bed.server.kill();
    const stop = new AbortController();
    const publishing = bus.publish(frame(clipId(5), 0), { signal: stop.signal });
    void waits(clipId(5)).then(() => stop.abort(new Error('told to stop')));
    await assert.rejects(publishing, /told to stop/);
    await bed.server.restart();
  });

  test('a message that is too large is refused at once', async () => {
    await assert.rejects(bus.publish(frame(clipId(6), 0, 9 * 2 ** 20)), /payload/);
  });

  test('a body that does not match its schema never reaches the server', async () => {
    const clip = clipId(7);
    await assert.rejects(bus.publish(frame(clip, -1)), (error) => {
      assert.ok(error instanceof PoisonError);
      assert.match(error.message, /shika\.frame\.v1: index must be >= 0/);
      return true;
    });
    assert.deepEqual(await collected(bus.stored(Frame, { clip })), []);
  });

  test('on a bus that was closed it rejects, and does not wait for ever', async () => {
    const other = await bed.open();
    await other.close();
    await assert.rejects(other.publish(frame(clipId(8), 0)), /closed/);
  });
});

test('publish - a user who may not publish a subject is a fatal fault of the configuration', async () => {
  const config = `authorization { users: [{ user: u, password: p, permissions: { publish: { deny: ["frame.>"] } } }] }`;
  const guarded = await testbed({ config });
  try {
    const refused = await guarded.open({ user: 'u', password: 'p' });
    await assert.rejects(refused.publish(frame(clipId(9), 0)), (error) => {
      assert.ok(error instanceof FatalError, String(error));
      assert.match(error.message, /may not publish frame\.gate/);
      return true;
    });
  } finally {
    await guarded.close();
  }
});

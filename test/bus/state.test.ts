import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { connect } from '@nats-io/transport-node';
import Type from 'typebox';
import { until } from '../processes/until.ts';
import { testbed } from './testbed.ts';

const Place = Type.Object({ next: Type.Integer({ minimum: 0 }) }, { additionalProperties: false });

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

/** Resolves when setting a key has failed several times. */
function waits(key: string): Promise<void> {
  return until(() => bed.lines.some((line) => line.key === key && line.msg === 'waiting to set a key'), key);
}

describe('state', { timeout: 300_000 }, () => {
  test('get - what was put; nothing and revision 0 where nobody put anything', async () => {
    assert.deepEqual(await bus.state.get('get.none', Place), { value: undefined, revision: 0 });
    await bus.state.put('get.some', { next: 7 });
    const { value, revision } = await bus.state.get('get.some', Place);
    assert.deepEqual(value, { next: 7 });
    assert.ok(revision > 0);
  });

  test('get - a value of another version, or no JSON at all, is as good as none; the revision stays', async () => {
    await bus.state.put('get.newer', { next: 1, speed: 2 });
    const connection = await connect({ servers: bed.server.url });
    await connection.request('$KV.state.get.broken', '{"next":');
    await connection.close();
    for (const key of ['get.newer', 'get.broken']) {
      const { value, revision } = await bus.state.get(key, Place);
      assert.equal(value, undefined, key);
      assert.ok(
        revision > 0 && (await bus.state.compareAndSet(key, { next: 2 }, revision)),
        'it can be replaced',
      );
      assert.deepEqual((await bus.state.get(key, Place)).value, { next: 2 });
    }
  });

  test('delete - as if it had never been', async () => {
    await bus.state.put('gone', { next: 1 });
    await bus.state.delete('gone');
    assert.equal((await bus.state.get('gone', Place)).value, undefined);
  });

  test('compareAndSet - of several at once exactly one sets a key that is not there', async () => {
    const tries = await Promise.all([1, 2, 3].map((next) => bus.state.compareAndSet('first', { next }, 0)));
    assert.equal(tries.filter(Boolean).length, 1);
    assert.deepEqual((await bus.state.get('first', Place)).value, { next: 1 + tries.indexOf(true) });
  });

  test('compareAndSet - only on the revision that was read', async () => {
    await bus.state.put('pointer', { next: 1 });
    const { revision } = await bus.state.get('pointer', Place);
    assert.ok(await bus.state.compareAndSet('pointer', { next: 2 }, revision));
    assert.ok(!(await bus.state.compareAndSet('pointer', { next: 3 }, revision)), 'somebody was faster');
    assert.ok(!(await bus.state.compareAndSet('pointer', { next: 3 }, 0)), 'it is there already');
    assert.deepEqual((await bus.state.get('pointer', Place)).value, { next: 2 });
  });

  test('compareAndSet - from none, also after a deletion', async () => {
    await bus.state.put('again', { next: 1 });
    await bus.state.delete('again');
    assert.ok(await bus.state.compareAndSet('again', { next: 2 }, 0));
    assert.deepEqual((await bus.state.get('again', Place)).value, { next: 2 });
  });

  test('put - waits for a server that was killed', async () => {
    await bed.server.kill();
    const putting = bus.state.put('late', { next: 9 });
    await waits('late');
    await bed.server.restart();
    await putting;
    assert.deepEqual((await bus.state.get('late', Place)).value, { next: 9 });
  });

  test('put - what can never be set is refused, not tried for ever', async () => {
    await assert.rejects(bus.state.put('large', 'x'.repeat(9 * 2 ** 20)), /payload/);
  });

  test('put - told to stop, it gives up waiting', async () => {
    await bed.server.kill();
    const stop = new AbortController();
    const putting = bus.state.put('never', { next: 1 }, stop.signal);
    void waits('never').then(() => stop.abort(new Error('told to stop')));
    await assert.rejects(putting, /told to stop/);
    await bed.server.restart();
  });
});

describe('watching state', { timeout: 300_000 }, () => {
  function watching(key: string) {
    const stop = new AbortController();
    const seen: number[] = [];
    const over = (async () => {
      for await (const { next } of bus.state.watch(key, Place, stop.signal)) seen.push(next);
    })();
    return {
      seen,
      stop: async () => {
        stop.abort();
        await over;
      },
    };
  }

  test('the value now, then every change, each once; other keys and values of other versions are left', async () => {
    await bus.state.put('watch.a', { next: 1 });
    const { seen, stop } = watching('watch.a');
    await until(() => seen.length === 1, 'the value now');
    await bus.state.put('watch.b', { next: 99 });
    await bus.state.put('watch.a', { strange: true });
    await bus.state.put('watch.a', { next: 2 });
    await until(() => seen.length === 2, 'the change');
    await stop();
    assert.deepEqual(seen, [1, 2]);
  });

  test('goes on after the server was killed, and says what changed', async () => {
    await bus.state.put('watch.c', { next: 1 });
    const { seen, stop } = watching('watch.c');
    await until(() => seen.length === 1, 'the value now');
    await bed.server.restart();
    await bus.state.put('watch.c', { next: 2 });
    await until(() => seen.includes(2), 'the change after the restart');
    await stop();
    assert.deepEqual(seen, [1, 2]);
  });

  test('ends when it is aborted', async () => {
    await bus.state.put('watch.d', { next: 1 });
    const { seen, stop } = watching('watch.d');
    await until(() => seen.length === 1, 'the value now');
    await stop();
  });
});

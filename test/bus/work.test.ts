import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import type { Delivery, WorkQueue } from '../../pipeline/runtime/bus/work.ts';
import { until } from '../processes/until.ts';
import { clipId, look, type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
/** Two processes of a stage. */
let one: Bus;
let other: Bus;
before(async () => {
  bed = await testbed();
  one = await bed.open();
  other = await bed.open();
});
after(() => bed.close());

/** Work of its own for each test: the looks of a clip. */
function workOn(test: TestContext, clip: string, ackWaitS = 30): (bus: Bus) => WorkQueue {
  return (bus) => {
    const queue = bus.work({
      stream: 'LOOKS',
      subject: `look.${clip}.*`,
      durable: `detector_${clip}`,
      ackWaitS,
    });
    test.after(() => queue.close());
    return queue;
  };
}

async function publish(clip: string, count: number, first = 0): Promise<void> {
  for (let index = first; index < first + count; index++) await one.publish(look(clip, index));
}

const soon = () => AbortSignal.timeout(15_000);
const indices = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ raw: { subject } }) => Number(subject.split('.').at(-1)));

/** Takes until `count` have come, without settling any. */
async function takeAll(queue: WorkQueue, count: number, most = 1): Promise<Delivery[]> {
  const signal = soon();
  const taken: Delivery[] = [];
  while (taken.length < count && !signal.aborted) taken.push(...(await queue.take(most, signal)));
  return taken;
}

describe('taking work', { timeout: 300_000, concurrency: true }, () => {
  test('one by one: in order, with attempt and what still waits', async (t) => {
    const clip = clipId(1);
    await publish(clip, 3);
    const queue = workOn(t, clip)(one);
    const [first, second] = await takeAll(queue, 2);
    assert.deepEqual(indices([first!, second!]), [0, 1]);
    assert.equal(first?.attempt, 1);
    assert.deepEqual([first?.waiting, second?.waiting], [2, 1]);
    assert.deepEqual(await queue.backlog(), { waiting: 1, working: 2 });
  });

  test('nothing there: it waits for what comes meanwhile, but not for ever', async (t) => {
    const clip = clipId(2);
    const queue = workOn(t, clip)(one);
    assert.deepEqual(await queue.take(1, soon()), []);
    const taking = queue.take(1, soon());
    await publish(clip, 1);
    assert.deepEqual(indices(await taking), [0]);
  });

  test('what a process gives back when it stops is not passed through its own pulls', async (t) => {
    const clip = clipId(40);
    const work = workOn(t, clip);
    const leaving = work(one);
    const stop = new AbortController();
    const takes = Array.from({ length: 8 }, () => leaving.take(1, stop.signal));
    await publish(clip, 1);
    const [delivery] = await Promise.race(takes);
    stop.abort();
    delivery?.retry(0);
    const [again] = await takeAll(work(other), 1);
    assert.ok(again && again.attempt <= 3, `attempt ${again?.attempt}`);
    await Promise.all(takes);
  });

  test('acknowledged work is gone', async (t) => {
    const clip = clipId(3);
    await publish(clip, 1);
    const queue = workOn(t, clip, 1)(one);
    const [delivery] = await takeAll(queue, 1);
    await delivery?.ack();
    assert.deepEqual(await queue.backlog(), { waiting: 0, working: 0 });
    assert.equal(await one.at('LOOKS', delivery?.raw.sequence ?? 0), null);
  });

  test('given back for a while: comes again after it, as the next attempt', async (t) => {
    const clip = clipId(4);
    await publish(clip, 2);
    const queue = workOn(t, clip)(one);
    const [first, second] = await takeAll(queue, 2);
    first?.retry(700);
    second?.retry(1);
    const again = await takeAll(queue, 2);
    assert.deepEqual(indices(again), [1, 0], 'the one that was to wait longer comes later');
    assert.deepEqual(
      again.map(({ attempt }) => attempt),
      [2, 2],
    );
  });

  test('an ack wait that ends gives the work to another process', async (t) => {
    const clip = clipId(5);
    await publish(clip, 1);
    const work = workOn(t, clip, 1);
    await takeAll(work(one), 1);
    const [again] = await takeAll(work(other), 1);
    assert.equal(again?.attempt, 2);
  });

  test('an ack wait that is renewed does not end', async (t) => {
    const clip = clipId(6);
    await publish(clip, 1);
    const work = workOn(t, clip, 2);
    const [delivery] = await takeAll(work(one), 1);
    const competitor = work(other);
    // Each empty hand takes about a second: twice the ack wait in all.
    for (let hand = 0; hand < 4; hand++) {
      assert.deepEqual(await competitor.take(1, soon()), []);
      delivery?.renew();
    }
    await delivery?.ack();
  });

  test('two processes share: each look goes to one of them', async (t) => {
    const clip = clipId(7);
    await publish(clip, 20);
    const work = workOn(t, clip);
    const mine: Delivery[] = [];
    const drain = async (queue: WorkQueue) => {
      let count = 0;
      for (let empty = 0; empty < 1; ) {
        const taken = await queue.take(1, soon());
        if (taken.length === 0) empty++;
        for (const delivery of taken) {
          await delivery.ack();
          mine.push(delivery);
          count++;
        }
      }
      return count;
    };
    const counts = await Promise.all([drain(work(one)), drain(work(other))]);
    assert.deepEqual(
      indices(mine).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.ok(Math.min(...counts) > 0, `${counts}`);
  });
});

describe('taking work in batches', { timeout: 300_000, concurrency: true }, () => {
  test('as many as there are, no more than asked', async (t) => {
    const clip = clipId(11);
    await publish(clip, 5);
    const queue = workOn(t, clip)(one);
    const sizes: number[] = [];
    const taken: Delivery[] = [];
    while (taken.length < 5) {
      const batch = await queue.take(4, soon());
      sizes.push(batch.length);
      taken.push(...batch);
      for (const delivery of batch) await delivery.ack();
    }
    assert.deepEqual(indices(taken), [0, 1, 2, 3, 4]);
    assert.ok(Math.max(...sizes) <= 4, `${sizes}`);
  });

  test('a process that is busy holds one batch and pulls one more; the rest is for the others', async (t) => {
    const clip = clipId(12);
    await publish(clip, 40);
    const work = workOn(t, clip);
    const busy = work(one);
    const batch = await busy.take(4, soon());
    assert.ok(batch.length > 0);
    // It holds four and may pull four more. All others are to be had, however much time it had to pull.
    const idle = await takeAll(work(other), 32, 4);
    assert.ok(idle.length >= 32, `${idle.length} were left`);
    const { waiting, working } = await busy.backlog();
    assert.equal(waiting + working, 40);
  });

  test('nothing there: an empty hand in the end', async (t) => {
    const queue = workOn(t, clipId(13))(one);
    assert.deepEqual(await queue.take(4, soon()), []);
  });

  test('closing gives back what was pulled and not taken', async (t) => {
    const clip = clipId(14);
    await publish(clip, 8);
    const work = workOn(t, clip, 3);
    const leaving = work(one);
    const taken = await leaving.take(4, soon());
    await until(async () => (await leaving.backlog()).waiting === 0, 'it has pulled ahead');
    await leaving.close();
    // A message that was on its way to the one that left comes again when its ack wait ends, others may come twice.
    const seen = new Set(indices(taken));
    const staying = work(other);
    const signal = AbortSignal.timeout(20_000);
    while (seen.size < 8 && !signal.aborted) {
      const more = await staying.take(4, signal);
      for (const index of indices(more)) seen.add(index);
      await Promise.all(more.map((delivery) => delivery.ack()));
    }
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  });

  test('told to stop, it does not wait for work', async (t) => {
    const work = workOn(t, clipId(15));
    const [leaving, staying] = [work(one), work(other)];
    const stop = new AbortController();
    await Promise.all([leaving.take(4, stop.signal), staying.take(4, soon())]);
    const ends: string[] = [];
    const waiting = staying.take(4, soon()).then(() => ends.push('waited'));
    const stopped = leaving.take(4, stop.signal).then((taken) => ends.push(`stopped with ${taken.length}`));
    await setImmediate(); // both wait by now
    stop.abort();
    await Promise.all([waiting, stopped]);
    assert.deepEqual(ends, ['stopped with 0', 'waited']);
  });
});

describe('taking work from a server that is killed', { timeout: 300_000 }, () => {
  for (const [how, most] of [
    ['one by one', 1],
    ['in batches', 4],
  ] as const) {
    test(`${how}: goes on when it is back, and misses nothing`, async (t) => {
      const clip = clipId(20 + most);
      await publish(clip, 3);
      const queue = workOn(t, clip, 2)(one);
      const seen = new Set<number>();
      const signal = AbortSignal.timeout(30_000);
      const work = async (until: number) => {
        while (seen.size < until && !signal.aborted) {
          for (const delivery of await queue.take(most, signal)) {
            await delivery.ack().catch(() => {}); // lost with the server: it comes again
            for (const index of indices([delivery])) seen.add(index);
          }
        }
      };
      await work(3);
      await bed.kill();
      const working = work(6);
      await bed.server.restart();
      await publish(clip, 3, 3);
      await working;
      assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5]);
    });
  }
});

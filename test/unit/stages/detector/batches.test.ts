import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Batches } from '../../../../stages/detector/batches.ts';

/** Records batches; each ends when it is told to. */
function gated(most: number) {
  const begun: number[][] = [];
  const ends: (() => void)[] = [];
  const batches = new Batches(most, async (inputs: readonly number[]) => {
    begun.push([...inputs]);
    await new Promise<void>((resolve) => ends.push(resolve));
    if (inputs.includes(13)) throw new Error('unlucky');
    return inputs.map((input) => input * 2);
  });
  const isBegun = async (batch: number) => {
    while (begun.length < batch) await setImmediate();
  };
  return { begun, ends, batches, isBegun };
}

describe('detector batches', () => {
  it('joins what came while the network was busy, but no more than it takes', async () => {
    const { begun, ends, batches, isBegun } = gated(3);
    const first = batches.add(1);
    await isBegun(1);
    const rest = [2, 3, 4, 5].map((input) => batches.add(input));
    for (let i = 0; i < 3; i++) {
      await isBegun(i + 1);
      ends[i]?.();
    }
    assert.deepEqual(begun, [[1], [2, 3, 4], [5]]);
    assert.equal(await first, 2);
    assert.deepEqual(await Promise.all(rest), [4, 6, 8, 10]);
  });

  it('never works on two batches at once', async () => {
    const { begun, batches, isBegun } = gated(1);
    void batches.add(1);
    void batches.add(2);
    await isBegun(1);
    for (let i = 0; i < 10; i++) await setImmediate();
    assert.deepEqual(begun, [[1]]);
  });

  it('fails those of a failed batch, and goes on', async () => {
    const { ends, batches, isBegun } = gated(1);
    const failing = assert.rejects(batches.add(13), /unlucky/);
    const next = batches.add(2);
    await isBegun(1);
    ends[0]?.();
    await failing;
    await isBegun(2);
    ends[1]?.();
    assert.equal(await next, 4);
  });

  it('an input that can’t be computed takes no other one of its batch with it', async () => {
    const work = async (inputs: readonly number[]) => {
      if (inputs.includes(13)) throw new Error('unlucky');
      return inputs.map((input) => input * 2);
    };
    const batches = new Batches(4, work);
    const results = await Promise.allSettled([1, 2, 13, 4].map((input) => batches.add(input)));
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
      [2, 4, 'unlucky', 8],
    );
  });

  it('lets the event loop see to what has arrived between two batches', async () => {
    const order: string[] = [];
    const batches = new Batches(1, async ([input]: readonly number[]) => {
      order.push(`batch ${input}`);
      if (input === 1) globalThis.setImmediate(() => order.push('arrived'));
      for (const end = performance.now() + 5; performance.now() < end; );
      return [true];
    });
    await Promise.all([batches.add(1), batches.add(2)]);
    assert.deepEqual(order, ['batch 1', 'arrived', 'batch 2']);
  });

  it('refuses outputs that are too few', async () => {
    const batches = new Batches(1, async () => [] as number[]);
    await assert.rejects(batches.add(1), /too few/);
  });
});

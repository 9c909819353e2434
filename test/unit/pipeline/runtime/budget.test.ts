import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Budget } from '../../../../pipeline/runtime/budget.ts';

/** Work that ends when it is told to. */
function asked(budget: Budget, amounts: readonly number[]) {
  const begun: number[] = [];
  const gates = amounts.map(() => Promise.withResolvers<void>());
  const done = amounts.map((amount, i) =>
    budget.spend(amount, async () => {
      begun.push(i);
      await gates[i]?.promise;
    }),
  );
  const settle = async () => {
    for (let i = 0; i < 5; i++) await setImmediate();
    return begun;
  };
  return { begun, gates, done, settle };
}

test('budget - no more is in hand at once than there is, in order, and small ones do not pass a large one', async () => {
  const { gates, done, settle } = asked(new Budget(10), [6, 4, 8, 1]);
  assert.deepEqual(await settle(), [0, 1]);
  gates[1]?.resolve();
  assert.deepEqual(await settle(), [0, 1], 'the third needs 8, and the fourth is behind it');
  gates[0]?.resolve();
  assert.deepEqual(await settle(), [0, 1, 2, 3]);
  gates[2]?.resolve();
  gates[3]?.resolve();
  await Promise.all(done);
});

test('budget - more than there is in all is done alone; what fails gives back what it had', async () => {
  const budget = new Budget(10);
  const { gates, done, settle } = asked(budget, [3, 50]);
  assert.deepEqual(await settle(), [0]);
  gates[0]?.resolve();
  assert.deepEqual(await settle(), [0, 1]);
  gates[1]?.resolve();
  await Promise.all(done);
  await assert.rejects(
    budget.spend(10, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await budget.spend(10, async () => 'next'), 'next');
});

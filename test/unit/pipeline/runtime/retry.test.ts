import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backoffMs, retryForever } from '../../../../pipeline/runtime/retry.ts';

const backoff = { firstMs: 100, longestMs: 1_000 };

describe('retry', () => {
  test('the delay doubles up to the longest, and a random half of it is taken off', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, backoff, () => 1)),
      [100, 200, 400, 800, 1_000, 1_000],
    );
    assert.equal(
      backoffMs(3, backoff, () => 0),
      200,
    );
  });

  test('work is done until it succeeds, and each failure is told', async () => {
    const told: number[] = [];
    const result = await retryForever(
      async (attempt) => {
        if (attempt < 4) throw new TypeError(`attempt ${attempt}`);
        return attempt;
      },
      {
        backoff: { firstMs: 1, longestMs: 1 },
        isTransient: () => true,
        onFailure: (_, failures) => told.push(failures),
      },
    );
    assert.equal(result, 4);
    assert.deepEqual(told, [1, 2, 3]);
  });

  test('what does not pass by itself is thrown as it is, at once', async () => {
    const lasting = { lasting: true };
    let attempts = 0;
    const work = async () => {
      attempts += 1;
      throw lasting;
    };
    await assert.rejects(
      retryForever(work, { backoff, isTransient: () => false }),
      (error) => error === lasting,
    );
    assert.equal(attempts, 1);
  });

  test('an aborted signal ends the waiting with its reason', async () => {
    const stop = new AbortController();
    const work = async () => {
      stop.abort(new Error('enough'));
      throw new Error('not yet');
    };
    const options = {
      backoff: { firstMs: 60_000, longestMs: 60_000 },
      isTransient: () => true,
      signal: stop.signal,
    };
    await assert.rejects(retryForever(work, options), { message: 'enough' });
  });
});

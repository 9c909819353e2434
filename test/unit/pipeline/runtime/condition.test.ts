import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Condition } from '../../../../pipeline/runtime/condition.ts';

describe('condition', () => {
  test('all who wait are woken', async () => {
    const condition = new Condition();
    const waiting = Promise.all([condition.wait(), condition.wait(), condition.wait()]);
    condition.notifyAll();
    assert.equal((await waiting).length, 3);
  });

  test('who is aborted gets the reason, and the others go on waiting', async () => {
    const condition = new Condition();
    const stop = new AbortController();
    const one = condition.wait(stop.signal);
    const other = condition.wait();
    stop.abort(new Error('gone'));
    await assert.rejects(one, { message: 'gone' });
    condition.notifyAll();
    await other;
  });

  test('who comes with an aborted signal does not wait', async () => {
    await assert.rejects(new Condition().wait(AbortSignal.abort(new Error('gone'))), { message: 'gone' });
  });
});

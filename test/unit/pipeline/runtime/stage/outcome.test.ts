import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  FatalError,
  OverloadedError,
  PoisonError,
  RetryableError,
  UsageError,
} from '../../../../../pipeline/runtime/errors.ts';
import { delayAfter, outcomeOf } from '../../../../../pipeline/runtime/stage/outcome.ts';

describe('outcomeOf', () => {
  test('poison is dead at the first attempt', () => {
    assert.deepEqual(outcomeOf(new PoisonError('no JPEG'), 1, 5), { kind: 'dead', reason: 'no JPEG' });
  });

  test('fatal ends the process, whatever the attempt', () => {
    const error = new FatalError('no driver');
    assert.deepEqual(outcomeOf(error, 1, 5), { kind: 'exit', error });
    assert.deepEqual(outcomeOf(error, 9, 5), { kind: 'exit', error });
  });

  for (const error of [new RetryableError('busy'), new UsageError('busy'), new TypeError('busy'), 'busy']) {
    const name = error instanceof Error ? error.name : 'anything thrown';
    test(`${name} is tried again, and is dead after the last attempt`, () => {
      assert.deepEqual(outcomeOf(error, 1, 3), { kind: 'retry', delayMs: 250, reason: 'busy' });
      assert.deepEqual(outcomeOf(error, 2, 3), { kind: 'retry', delayMs: 500, reason: 'busy' });
      assert.deepEqual(outcomeOf(error, 3, 3), { kind: 'dead', reason: 'busy (after 3 attempts)' });
    });
  }

  test('overload waits, ever longer, and uses up no attempt', () => {
    const error = new OverloadedError('full');
    assert.deepEqual(outcomeOf(error, 3, 3), { kind: 'wait', delayMs: 250, reason: 'full' });
    assert.deepEqual(outcomeOf(error, 3, 3, 3), { kind: 'wait', delayMs: 2000, reason: 'full' });
    assert.equal(outcomeOf(error, 3, 3, 1000).kind, 'wait');
  });
});

test('delayAfter doubles from a quarter of a second up to half a minute', () => {
  assert.deepEqual([1, 2, 3, 4, 8, 9, 100].map(delayAfter), [250, 500, 1000, 2000, 30_000, 30_000, 30_000]);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  FatalError,
  OverloadedError,
  PoisonError,
  RetryableError,
  UsageError,
} from '../../../../../pipeline/runtime/errors.ts';
import { outcomeOf } from '../../../../../pipeline/runtime/stage/outcome.ts';

/** The longest delay. */
const most = () => 1;

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
      assert.deepEqual(outcomeOf(error, 1, 3, 0, most), { kind: 'retry', delayMs: 250, reason: 'busy' });
      assert.deepEqual(outcomeOf(error, 2, 3, 0, most), { kind: 'retry', delayMs: 500, reason: 'busy' });
      assert.deepEqual(outcomeOf(error, 3, 3), { kind: 'dead', reason: 'busy (after 3 attempts)' });
    });
  }

  test('overload waits, ever longer, and uses up no attempt', () => {
    const error = new OverloadedError('full');
    assert.deepEqual(outcomeOf(error, 3, 3, 0, most), { kind: 'wait', delayMs: 250, reason: 'full' });
    assert.deepEqual(outcomeOf(error, 3, 3, 3, most), { kind: 'wait', delayMs: 2000, reason: 'full' });
    assert.equal(outcomeOf(error, 3, 3, 1000).kind, 'wait');
  });
});

test('the delay doubles from a quarter of a second up to half a minute, of which up to a half is taken off', () => {
  const delays = (random: number) =>
    [1, 2, 3, 4, 8, 9, 100].map((attempt) => {
      const outcome = outcomeOf('busy', attempt, 1000, 0, () => random);
      return outcome.kind === 'retry' && outcome.delayMs;
    });
  assert.deepEqual(delays(1), [250, 500, 1000, 2000, 30_000, 30_000, 30_000]);
  assert.deepEqual(delays(0), [125, 250, 500, 1000, 15_000, 15_000, 15_000]);
});

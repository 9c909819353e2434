import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  FatalError,
  OverloadedError,
  PoisonError,
  RetryableError,
  reasonOf,
  ShikaError,
  UsageError,
} from '../../../../pipeline/runtime/errors.ts';

describe('errors', () => {
  test('carry what was found and what was expected, in the message and apart', () => {
    const cause = new Error('below');
    const error = new PoisonError('clip.mp4: no video', { found: '0 streams', expected: 'one', cause });
    assert.equal(error.message, 'clip.mp4: no video; found 0 streams; expected one');
    assert.equal(error.found, '0 streams');
    assert.equal(error.expected, 'one');
    assert.equal(error.cause, cause);
  });

  test('say no more than they know', () => {
    const error = new FatalError('no nats-server');
    assert.equal(error.message, 'no nats-server');
    assert.equal(error.found, undefined);
    assert.ok(!Object.hasOwn(error, 'cause'));
  });

  test('have their class as name', () => {
    for (const Kind of [PoisonError, RetryableError, OverloadedError, FatalError, UsageError]) {
      const error = new Kind('x');
      assert.equal(error.name, Kind.name);
      assert.ok(error instanceof ShikaError);
    }
  });
});

describe('reasonOf', () => {
  test('the message of an error, the text of anything else', () => {
    assert.equal(reasonOf(new Error('disk full')), 'disk full');
    assert.equal(reasonOf('disk full'), 'disk full');
    assert.equal(reasonOf(7), '7');
  });

  test('is never empty: a reason that is would not be a valid one on the bus', () => {
    assert.equal(reasonOf(new RangeError('')), 'RangeError');
    assert.equal(reasonOf(''), 'no reason given');
  });
});

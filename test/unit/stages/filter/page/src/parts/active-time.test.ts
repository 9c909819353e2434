import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActiveTime } from '../../../../../../../stages/filter/page/src/parts/active-time.ts';

test('active time - what was looked at between two decisions counts for the second', () => {
  const time = new ActiveTime();
  time.show('review', 1_000);
  for (const now of [3_000, 6_000, 9_000]) time.touch(now);
  time.show('review', 9_000);
  assert.equal(time.take(10_000), 9_000);
  assert.equal(time.take(10_400), 400);
});

test('active time - who went away for an hour was not at it for an hour', () => {
  const time = new ActiveTime();
  time.show('review', 0);
  time.touch(1_000);
  time.touch(3_601_000);
  assert.equal(time.take(3_602_000), 32_000);
});

test('active time - another room begins anew', () => {
  const time = new ActiveTime();
  time.show('review', 0);
  time.touch(5_000);
  time.show('draw', 20_000);
  assert.equal(time.take(21_000), 1_000);
});

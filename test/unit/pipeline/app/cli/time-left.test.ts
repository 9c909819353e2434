import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../../../pipeline/app/cli/time-left.ts';

test('time left - rate and rest, from what was done since the first word; nothing where nothing can be said', () => {
  let now = 5_000;
  const pace = new Pace(() => now);
  assert.equal(pace.text(100, 1_000), '');
  now += 10_000;
  assert.equal(pace.text(100, 1_000), '');
  assert.equal(pace.text(400, 1_000), '30/s, 20 s left');
  assert.equal(pace.text(1_000, 1_000), '');
  now += 590_000;
  assert.equal(pace.text(400, 100_000), '2 s each, 55 h 20 min left');
  assert.equal(pace.text(1_300, 2_500), '2.0/s, 10 min left');
});

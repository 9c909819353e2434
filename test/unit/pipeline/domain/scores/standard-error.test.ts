import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from 'simple-statistics';
import { standardError } from '../../../../../pipeline/domain/scores/standard-error.ts';

test('standard error - of a mean is the textbook’s; of one item nothing is known', () => {
  const values = [1, 2, 3, 4, 5];
  // Sample deviation 1.5811 over the root of 5.
  assert.ok(Math.abs(standardError(values, (some) => mean([...some])) - Math.SQRT1_2) < 1e-9);
  assert.equal(
    standardError([7], () => 7),
    0,
  );
});

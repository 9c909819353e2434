import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenlySpaced } from '../../../../../pipeline/domain/statistics/evenly-spaced.ts';

test('evenly spaced items come from the middle of equal shares, in order', () => {
  const items = Array.from({ length: 10 }, (_, i) => i);
  assert.deepEqual(evenlySpaced(items, 2), [2, 7]);
  assert.deepEqual(evenlySpaced(items, 5), [1, 3, 5, 7, 9]);
  assert.deepEqual(evenlySpaced(items, 10), items);
  assert.deepEqual(evenlySpaced([1, 2], 5), [1, 2]);
  assert.deepEqual(evenlySpaced(items, 0), []);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  doubtfulFrom,
  firstLook,
  peaks,
} from '../../../../../../../../stages/filter/page/src/rooms/review/doubtful.ts';
import { label } from './track-view.ts';

const labels = [0.1, 0.5, 0.7, 0.6, 0.1, 0.2, 0.8, 0.1].map((risk, index) => label(index, { risk }));

describe('what is doubtful', () => {
  test('each stretch counts once, by its most doubtful frame', () => {
    assert.deepEqual(peaks(labels), [2, 6]);
  });

  test('next and previous lead from stretch to stretch', () => {
    assert.equal(doubtfulFrom(labels, 0, false), 2);
    assert.equal(doubtfulFrom(labels, 2, false), 6);
    assert.equal(doubtfulFrom(labels, 6, false), null);
    assert.equal(doubtfulFrom(labels, 6, true), 2);
  });

  test('what is decided is not doubted any more', () => {
    const decided = labels.map((one) => (one.index === 6 ? { ...one, review: 'rejected' as const } : one));
    assert.deepEqual(peaks(decided), [2]);
    assert.equal(firstLook(decided), 2);
  });

  test('a track without a doubt has none, and is opened at its most risky frame', () => {
    const sure = [0.01, 0.05, 0.02].map((risk, index) => label(index, { risk }));
    assert.deepEqual(peaks(sure), []);
    assert.equal(firstLook(sure), 1);
  });
});

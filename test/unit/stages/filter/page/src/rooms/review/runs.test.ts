import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  labelAt,
  labelsIn,
  placeOf,
  runsOf,
  runsWithin,
} from '../../../../../../../../stages/filter/page/src/rooms/review/runs.ts';
import { label, track } from './track-view.ts';

const some = track(
  3,
  [
    label(4),
    label(5, { review: 'rejected', by: 'aki' }),
    label(6),
    label(7),
    label(11),
    label(12, { review: 'accepted', by: 'aki' }),
  ],
  9,
);
const ends = (runs: readonly { from: number; to: number }[]) => runs.map(({ from, to }) => [from, to]);

describe('runs of labels', () => {
  test('what lies between and is not wanted parts them; a gap in the track does not', () => {
    assert.deepEqual(ends(runsOf(some, ({ review }) => review === 'pending')), [
      [4, 4],
      [6, 11],
    ]);
    assert.deepEqual(runsOf(some, ({ index }) => index === 6)[0], {
      ...{ clip: '0123456789abcdef', track: 3, version: 9 },
      ...{ from: 6, to: 6 },
    });
  });

  test('reach the frame, from here on, up to here', () => {
    assert.deepEqual(ends(runsWithin(some, 'frame', 6)), [[6, 6]]);
    assert.deepEqual(ends(runsWithin(some, 'on', 6)), [[6, 12]]);
    assert.deepEqual(ends(runsWithin(some, 'upTo', 6)), [[4, 6]]);
    assert.deepEqual(runsWithin(some, 'frame', 9), []);
  });

  test('of a whole track what is left, or all of it where nothing is', () => {
    assert.deepEqual(ends(runsWithin(some, 'track', 4)), [
      [4, 4],
      [6, 11],
    ]);
    const done = track(1, [label(0, { review: 'rejected' }), label(1, { review: 'accepted' })]);
    assert.deepEqual(ends(runsWithin(done, 'track', 0)), [[0, 1]]);
  });

  test('hold so many labels', () => {
    assert.equal(labelsIn(some, runsWithin(some, 'on', 6)), 4);
  });

  test('a label is found by its frame', () => {
    assert.equal(labelAt(some.labels, 11)?.index, 11);
    assert.equal(labelAt(some.labels, 10), undefined);
    assert.deepEqual(
      [0, 4, 8, 12, 99].map((index) => placeOf(some.labels, index)),
      [0, 0, 4, 5, 6],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { candidates } from '../../../../../../../../stages/filter/page/src/rooms/review/same-animal.ts';
import { label, track } from './track-view.ts';

const frames = (from: number, to: number, x: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => label(from + i, { box: [x, 20, 30, 40] }));

describe('the same animal', () => {
  test('doubles come first, then what ends where the other begins', () => {
    const own = track(1, frames(10, 19, 100));
    const all = [
      own,
      track(2, frames(40, 50, 100)),
      track(3, frames(21, 30, 300)),
      track(4, frames(15, 24, 104)),
    ];
    assert.deepEqual(
      candidates(own, all).map(({ track: { track: number }, share, gap }) => [number, share, gap]),
      [
        [4, 0.5, 0],
        [3, 0, 2],
        [2, 0, 21],
      ],
    );
  });

  test('two that are there at once in other places are no doubles', () => {
    const own = track(1, frames(10, 19, 100));
    assert.deepEqual(candidates(own, [track(2, frames(10, 19, 400))])[0]?.share, 0);
  });
});

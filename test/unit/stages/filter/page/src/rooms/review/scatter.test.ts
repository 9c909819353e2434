import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  dotsOf,
  isInside,
  runsOfDots,
} from '../../../../../../../../stages/filter/page/src/rooms/review/scatter.ts';
import { label, track } from './track-view.ts';

const view = track(2, [
  label(0, { risk: 0.1, score: 0.9 }),
  label(1, { risk: 0.7, score: 0.3 }),
  label(2, { risk: 0.8, score: null }),
  label(3, { risk: 0.75, score: 0.35 }),
  label(4, { risk: 0.7, score: 0.3, review: 'accepted' }),
]);

describe('lasso', () => {
  test('a label lies at its risk and score; one without a score lies below', () => {
    const dots = dotsOf([view]);
    assert.deepEqual(
      dots.map(({ label: { index } }) => index),
      [0, 1, 2, 3],
      'only what is left',
    );
    assert.deepEqual([dots[1]?.x, dots[1]?.y], [0.7, 0.3]);
    assert.ok((dots[2]?.y ?? 1) < 0);
  });

  test('a line holds what lies inside of it, also where it bends inward', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
      { x: 0.5, y: 0.2 },
      { x: 0, y: 1 },
    ];
    assert.equal(isInside(line, { x: 0.9, y: 0.5 }), true);
    assert.equal(isInside(line, { x: 0.5, y: 0.5 }), false);
    assert.equal(isInside(line, { x: 0.5, y: 0.1 }), true);
    assert.equal(isInside(line, { x: 1.1, y: 0.5 }), false);
    assert.equal(isInside([], { x: 0, y: 0 }), false);
  });

  test('what is selected is decided as runs: labels between that are not selected stay out', () => {
    const dots = dotsOf([view]).filter(({ label: { index } }) => index !== 2);
    assert.deepEqual(
      runsOfDots(dots).map(({ track: number, from, to }) => [number, from, to]),
      [
        [2, 0, 1],
        [2, 3, 3],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ahead,
  nextShown,
  strideOf,
} from '../../../../../../../../stages/filter/page/src/rooms/review/playback.ts';

describe('playback', () => {
  test('shows the frame that is due', () => {
    assert.deepEqual(
      nextShown(4, 6, () => true),
      { index: 6, isLate: false },
    );
    assert.deepEqual(
      nextShown(6, 6, () => true),
      { index: 6, isLate: false },
    );
  });

  test('shows the last that is here where the one that is due is not', () => {
    assert.deepEqual(
      nextShown(4, 9, (index) => index <= 7),
      { index: 7, isLate: false },
    );
  });

  test('waits where nothing came: a box is never shown on another frame’s picture', () => {
    assert.deepEqual(
      nextShown(4, 9, () => false),
      { index: 4, isLate: true },
    );
  });

  test('asks for every frame while a screen can show it, else for every second, third …', () => {
    assert.deepEqual(ahead(10, 100, 24, 3), [11, 12, 13]);
    assert.equal(strideOf(60), 1);
    assert.equal(strideOf(96), 2);
    assert.deepEqual(ahead(11, 100, 192, 3), [12, 16, 20]);
    assert.deepEqual(ahead(99, 100, 24, 3), [100]);
  });
});

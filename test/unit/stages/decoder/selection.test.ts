import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selection } from '../../../../stages/decoder/selection.ts';

/** What is said of the first frames of a clip of `rate` frames a second. */
function reasons(rules: Parameters<typeof selection>[0], rate: number, frames: number, drawn?: Set<number>) {
  const whyNot = selection(rules, drawn);
  return Array.from({ length: frames }, (_, index) => whyNot(index, index / rate));
}
const taken = (reasons: readonly (string | null)[]) => reasons.flatMap((why, i) => (why === null ? [i] : []));

test('selection - all frames unless told otherwise', () => {
  assert.deepEqual(taken(reasons({ stride: 1, fps: 0 }, 25, 4)), [0, 1, 2, 3]);
});

test('selection - every n-th frame, the others by the name of the rule', () => {
  assert.deepEqual(reasons({ stride: 3, fps: 0 }, 25, 5), [null, 'stride', 'stride', null, 'stride']);
});

test('selection - so many frames a second, the first one each time it is due', () => {
  assert.deepEqual(taken(reasons({ stride: 1, fps: 5 }, 25, 16)), [0, 5, 10, 15]);
  assert.deepEqual(taken(reasons({ stride: 1, fps: 10 }, 25, 11)), [0, 3, 5, 8, 10]);
  assert.equal(taken(reasons({ stride: 1, fps: 10 }, 30_000 / 1001, 300)).length, 100);
});

test('selection - more frames a second than the clip has takes all', () => {
  assert.equal(taken(reasons({ stride: 1, fps: 50 }, 23.976, 100)).length, 100);
});

test('selection - times rounded in the container do not lose a frame', () => {
  const whyNot = selection({ stride: 1, fps: 10 });
  assert.deepEqual(
    [0, 0.1, 0.2, 0.2999, 0.4].map((pts, index) => whyNot(index, pts)),
    [null, null, null, null, null],
  );
});

test('selection - a gap in the clip is not made up for', () => {
  const whyNot = selection({ stride: 1, fps: 2 });
  assert.deepEqual(
    [0, 3, 3.04, 3.5].map((pts, index) => whyNot(index, pts)),
    [null, null, 'fps', null],
  );
});

test('selection - stride and frames a second together', () => {
  assert.deepEqual(reasons({ stride: 2, fps: 5 }, 25, 7), [
    null,
    'stride',
    'fps',
    'stride',
    'fps',
    'stride',
    null,
  ]);
});

test('selection - a frame that a person drew on is always taken, and changes nothing for the others', () => {
  assert.deepEqual(taken(reasons({ stride: 4, fps: 0 }, 25, 9, new Set([3]))), [0, 3, 4, 8]);
  assert.deepEqual(taken(reasons({ stride: 1, fps: 5 }, 25, 11, new Set([4, 6]))), [0, 4, 5, 6, 10]);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReviewedLabel } from '../../../../../pipeline/domain/labels/review.ts';
import type { FollowedLabel } from '../../../../../stages/tracker/follow/follow.ts';
import { plannedWays, replacement } from '../../../../../stages/tracker/follow/replace.ts';
import { label } from '../../../pipeline/domain/labels/label.ts';

const LAST = 99;
const job = {
  ...{ job: 'follow-1', clip: '0123456789abcdef', index: 10, label: 'deer', track: 7, animal: 1 },
  ...{ by: 'mika', at: '2026-11-01T09:00:00.000Z' },
  box: [1, 2, 3, 4] as [number, number, number, number],
};
const by = (reviewer: string | null, given: ReviewedLabel): ReviewedLabel => ({ ...given, by: reviewer });
const made = (...indices: readonly number[]): FollowedLabel[] =>
  indices.map((index) => ({
    ...{ index, pts: index / 25, track: 7, box: [0, 0, 1, 1], label: 'deer', cause: 'detected' },
    ...{ score: 0.9, model: null, region: null },
  }));

describe('the way an animal is followed', () => {
  const ways = (direction: 'forward' | 'backward' | 'both', labels: readonly ReviewedLabel[] = []) =>
    plannedWays({ index: 10, direction, animal: 1 }, labels, LAST).map(({ way, until }) => [
      way.from,
      way.to,
      until?.index,
    ]);

  test('leads to the clip’s ends where nothing else ends it', () => {
    assert.deepEqual(ways('forward'), [[10, LAST, undefined]]);
    assert.deepEqual(ways('backward'), [[10, 0, undefined]]);
    assert.deepEqual(ways('both'), [
      [10, 0, undefined],
      [10, LAST, undefined],
    ]);
  });

  test('ends at the nearest box that a person drew or corrected, and not at any other', () => {
    const labels = [
      label({ index: 2, cause: 'hand' }),
      by('mika', label({ index: 5, review: 'corrected' })),
      by('mika', label({ index: 10, review: 'corrected' })),
      by('mika', label({ index: 20, review: 'accepted' })),
      by('auto', label({ index: 21, review: 'accepted' })),
      label({ index: 22, cause: 'hand', track: 2 }),
      by('mika', label({ index: 23, cause: 'hand', review: 'rejected' })),
      label({ index: 30, cause: 'hand' }),
      by('mika', label({ index: 40, review: 'corrected' })),
    ];
    assert.deepEqual(ways('both', labels), [
      [10, 5, 5],
      [10, 30, 30],
    ]);
  });
});

describe('what following does to the labels', () => {
  const ways = [{ way: { from: 10, to: 14 }, until: { index: 14, box: [0, 0, 1, 1] as const } }];
  const runs = (entries: readonly { track: number; from: number; to: number; decision: string }[]) =>
    entries.map(({ track, from, to, decision }) => `${decision} ${track}: ${from}-${to}`);

  test('labels of the animal on the way give way, whatever track they came as; others and those elsewhere stay', () => {
    const before = [
      ...[9, 10, 11, 14, 15].map((index) => label({ index })),
      { ...label({ index: 12, track: 3 }), trackId: 1 },
      label({ index: 12, track: 2 }),
    ];
    const { entries, labels, kept } = replacement(job, made(10, 11, 12, 13), before, ways);
    assert.deepEqual(runs(entries), ['replaced 1: 10-11', 'replaced 3: 12-12', 'assigned 7: 10-13']);
    assert.deepEqual([labels, kept], [4, 0]);
    for (const { action, by, at } of entries)
      assert.deepEqual([action, by, at], ['follow-1', 'mika', '2026-11-01T09:00:00.000Z']);
    assert.equal(entries.at(-1)?.into, 1);
  });

  test('frames on which a person decided keep what they said; automatic review is no person', () => {
    const before = [
      by('mika', label({ index: 10, review: 'corrected' })),
      by('ren', label({ index: 11, review: 'rejected' })),
      by('auto', label({ index: 12, review: 'accepted' })),
      by('mika', label({ index: 13, review: 'accepted' })),
    ];
    const { entries, labels, kept } = replacement(job, made(10, 11, 12, 13), before, ways);
    assert.deepEqual(runs(entries), ['replaced 1: 12-12', 'assigned 7: 12-12']);
    assert.deepEqual([labels, kept], [1, 2], 'the given box itself is not counted');
  });

  test('where the animal is gone, its old labels give way to none', () => {
    const before = [10, 11, 12, 13].map((index) => label({ index }));
    const { entries } = replacement(job, made(10, 11), before, ways);
    assert.deepEqual(runs(entries), ['replaced 1: 10-13', 'assigned 7: 10-11']);
  });
});

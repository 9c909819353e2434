import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelCount, reviewHistory } from '../../../../../pipeline/domain/labels/history.ts';
import { reviewed } from '../../../../../pipeline/domain/labels/review.ts';
import type { LabelReviewed } from '../../../../../schemas/label-reviewed.ts';
import type { Track } from '../../../../../schemas/track.ts';

const clip = '0123456789abcdef';
const at = '2026-11-01T09:00:00.000Z';

function entry(
  decision: LabelReviewed['decision'],
  [from, to]: [number, number],
  action: string,
  more: Partial<LabelReviewed> = {},
): LabelReviewed {
  return { clip, track: 1, from, to, decision, action, by: 'mika', at, ...more };
}

const labels: Track[] = [0, 1, 2, 3].map((index) => ({
  clip,
  camera: 'gate',
  track: 1,
  index,
  pts: index / 25,
  label: 'deer',
  cause: index === 0 ? 'hand' : 'detected',
  score: index === 0 ? null : 0.9,
  model: null,
  region: null,
  box: [10, 10, 40, 30],
}));

const states = (log: readonly LabelReviewed[]) => reviewed(labels, log).map(({ review }) => review);
const ids = (log: readonly LabelReviewed[], by = 'mika') => {
  const { done, undone } = reviewHistory(log, by);
  return { done: done.map(({ id }) => id), undone: undone.map(({ id }) => id) };
};

describe('history', () => {
  test('undoing a rejection of everything gives back acceptances, corrections and the hand box as they stood', () => {
    const before = [
      entry('accepted', [0, 3], 'auto-1', { by: 'auto' }),
      entry('corrected', [2, 2], 'fix', { box: [1, 2, 3, 4] }),
    ];
    const log = [...before, entry('rejected', [0, 3], 'all')];
    assert.deepEqual(states(log), ['rejected', 'rejected', 'rejected', 'rejected']);
    const undone = [...log, entry('undone', [0, 3], 'all')];
    assert.deepEqual(reviewed(labels, undone), reviewed(labels, before));
    assert.deepEqual(reviewed(labels, undone)[2]?.box, [1, 2, 3, 4]);
  });

  test('undo goes back step by step, and redo forward again', () => {
    const log = [
      entry('accepted', [0, 3], 'a'),
      entry('rejected', [1, 2], 'b'),
      entry('corrected', [2, 2], 'c', { box: [1, 2, 3, 4] }),
    ];
    assert.deepEqual(ids(log), { done: ['a', 'b', 'c'], undone: [] });
    log.push(entry('undone', [2, 2], 'c'), entry('undone', [1, 2], 'b'));
    assert.deepEqual(ids(log), { done: ['a'], undone: ['c', 'b'] });
    assert.deepEqual(states(log), ['accepted', 'accepted', 'accepted', 'accepted']);
    log.push(entry('redone', [1, 2], 'b'));
    assert.deepEqual(ids(log), { done: ['a', 'b'], undone: ['c'] });
    assert.deepEqual(states(log), ['accepted', 'rejected', 'rejected', 'accepted']);
    log.push(entry('undone', [1, 2], 'b'), entry('undone', [0, 3], 'a'));
    assert.deepEqual(states(log), ['pending', 'pending', 'pending', 'pending']);
  });

  test('what is new after an undo ends what could be redone', () => {
    const log = [
      entry('accepted', [0, 0], 'a'),
      entry('undone', [0, 0], 'a'),
      entry('rejected', [1, 1], 'b'),
    ];
    assert.deepEqual(ids(log), { done: ['b'], undone: [] });
  });

  test('nobody takes back what others decided', () => {
    const log = [
      entry('accepted', [0, 3], 'auto-1', { by: 'auto' }),
      entry('rejected', [0, 0], 'r', { by: 'ren' }),
    ];
    assert.deepEqual(ids(log), { done: [], undone: [] });
    assert.deepEqual(ids(log, 'ren').done, ['r']);
  });

  test('an undo that was cut off between two tracks can be finished', () => {
    const log = [
      entry('rejected', [0, 3], 'both'),
      entry('rejected', [0, 3], 'both', { track: 2 }),
      entry('undone', [0, 3], 'both'),
    ];
    assert.deepEqual(ids(log), { done: ['both'], undone: [] });
    log.push(entry('undone', [0, 3], 'both'), entry('undone', [0, 3], 'both', { track: 2 }));
    assert.deepEqual(ids(log), { done: [], undone: ['both'] });
  });

  test('decisions of before actions had names are one action a moment', () => {
    const { action: _, ...old } = entry('rejected', [0, 1], '');
    const log = [old, { ...old, track: 2 }, { ...old, from: 3, to: 3, at: '2026-11-01T10:00:00.000Z' }];
    const { done } = reviewHistory(log, 'mika');
    assert.deepEqual(done.map(labelCount), [4, 1]);
    const undo = { ...old, from: 3, to: 3, decision: 'undone' as const, action: done[1]!.id };
    assert.deepEqual(states([...log, undo]), ['rejected', 'rejected', 'pending', 'pending']);
  });
});

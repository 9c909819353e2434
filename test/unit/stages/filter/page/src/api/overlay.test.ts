import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decided, edited, renewed } from '../../../../../../../stages/filter/page/src/api/overlay.ts';
import type { TrackView } from '../../../../../../../stages/filter/studio/api.ts';
import { label, track } from '../rooms/review/track-view.ts';

const clip = '0123456789abcdef';
const run = { clip, track: 1, version: 0, from: 2, to: 3 };
const tracks = new Map<number, TrackView>([
  [1, track(1, [label(1), label(2), label(3), label(4)])],
  [2, track(2, [label(3), label(4), label(5)])],
]);
const indices = (view: TrackView | undefined) => view?.labels.map(({ index }) => index);

describe('what a decision makes of the labels, before the server has answered', () => {
  test('labels of the run are decided, the others stay as they were', () => {
    const after = decided(tracks, clip, { decision: 'rejected', runs: [run] }, 'mika');
    assert.deepEqual(
      after.get(1)?.labels.map(({ review, by }) => [review, by]),
      [
        ['pending', null],
        ['rejected', 'mika'],
        ['rejected', 'mika'],
        ['pending', null],
      ],
    );
    assert.equal(after.get(2), tracks.get(2), 'the same object: nothing is drawn again for it');
  });

  test('a correction brings its box', () => {
    const box: [number, number, number, number] = [1, 2, 3, 4];
    const after = decided(tracks, clip, { decision: 'corrected', runs: [{ ...run, to: 2 }], box }, 'mika');
    assert.deepEqual(after.get(1)?.labels[1]?.box, box);
    assert.deepEqual(after.get(1)?.labels[2]?.box, tracks.get(1)?.labels[2]?.box);
  });

  test('runs of other clips and of tracks that are gone change nothing', () => {
    const other = { ...run, clip: 'ffffffffffffffff' };
    const after = decided(
      tracks,
      clip,
      { decision: 'accepted', runs: [other, { ...run, track: 9 }] },
      'mika',
    );
    assert.deepEqual(after, tracks);
  });

  test('a split makes another track of the run', () => {
    const after = edited(tracks, clip, { kind: 'split', run: { ...run, to: 4 } });
    assert.deepEqual(indices(after.get(1)), [1]);
    assert.deepEqual(indices(after.get(3)), [2, 3, 4]);
  });

  test('a join keeps this track’s boxes where both have one, and the other track is gone', () => {
    const after = edited(tracks, clip, { kind: 'join', run: { ...run, from: 0, to: 9 }, with: 2 });
    assert.deepEqual(indices(after.get(1)), [1, 2, 3, 4, 5]);
    assert.equal(after.get(1)?.labels[2], tracks.get(1)?.labels[2]);
    assert.equal(after.has(2), false);
  });

  test('the class of a whole track changes its name', () => {
    assert.equal(
      edited(tracks, clip, { kind: 'class', run: { ...run, from: 1, to: 4 }, label: 'fawn' }).get(1)?.label,
      'fawn',
    );
  });
});

describe('what the server says', () => {
  test('takes the place of the labels within its range', () => {
    const news = { ...track(1, [label(2, { review: 'accepted' })], 7), range: [2, 3] as const };
    const after = renewed(tracks, [news]);
    assert.deepEqual(indices(after.get(1)), [1, 2, 4]);
    assert.equal(after.get(1)?.version, 7);
    assert.equal(after.get(1)?.range, null);
  });

  test('without a range it is all of the track', () => {
    assert.deepEqual(indices(renewed(tracks, [track(1, [label(8)], 1)]).get(1)), [8]);
  });

  test('is forgotten where something newer is known', () => {
    const known = new Map([[1, track(1, [label(1)], 5)]]);
    assert.deepEqual(renewed(known, [track(1, [], 4)]), known);
  });

  test('a track without labels is gone', () => {
    assert.equal(renewed(tracks, [track(2, [], 3)]).has(2), false);
  });
});

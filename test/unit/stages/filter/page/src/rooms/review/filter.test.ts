import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL, fits } from '../../../../../../../../stages/filter/page/src/rooms/review/filter.ts';
import type { TrackSummary } from '../../../../../../../../stages/filter/studio/api.ts';

const track: TrackSummary = {
  ...{ clip: '0123456789abcdef', camera: 'north', track: 1, label: 'deer', first: 0, last: 9, version: 0 },
  count: { pending: 5, accepted: 5, rejected: 0, corrected: 0 },
  causes: { detected: 8, moved: 2 },
  risks: [0.1, 0.62, 0.2],
  ...{ score: 0.7, strip: [], worth: 3, doubts: [] },
  // Late in the evening at the camera, the day before in UTC.
  recordedAt: { time: '2026-05-12T06:30:15.000+09:00', source: 'exif' },
};

describe('filter of tracks', () => {
  test('without a wish everything that is left fits', () => {
    assert.equal(fits(track, ALL), true);
    assert.equal(fits({ ...track, count: { ...track.count, pending: 0 } }, ALL), false);
    assert.equal(fits({ ...track, count: { ...track.count, pending: 0 } }, { ...ALL, isLeft: false }), true);
  });

  test('class, camera and cause are the track’s own', () => {
    assert.equal(fits(track, { ...ALL, label: 'fawn' }), false);
    assert.equal(fits(track, { ...ALL, camera: 'north' }), true);
    assert.equal(fits(track, { ...ALL, cause: 'held' }), false);
    assert.equal(fits(track, { ...ALL, cause: 'moved' }), true);
  });

  test('risk counts by its highest stretch, score by what was detected', () => {
    assert.equal(fits(track, { ...ALL, riskFrom: 0.6 }), true);
    assert.equal(fits(track, { ...ALL, riskFrom: 0.65 }), false);
    assert.equal(fits(track, { ...ALL, scoreTo: 0.5 }), false);
    assert.equal(fits({ ...track, score: null }, { ...ALL, scoreTo: 0.5 }), true);
  });

  test('a day is the camera’s, and both ends count', () => {
    assert.equal(fits(track, { ...ALL, from: '2026-05-12', to: '2026-05-12' }), true);
    assert.equal(fits(track, { ...ALL, to: '2026-05-11' }), false);
    assert.equal(fits({ ...track, recordedAt: null }, { ...ALL, from: '2026-05-01' }), false);
  });
});

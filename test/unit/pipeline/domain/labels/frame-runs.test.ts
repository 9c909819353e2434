import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addFrame, framesOfRuns } from '../../../../../pipeline/domain/labels/frame-runs.ts';
import type { FrameRuns } from '../../../../../schemas/terms.ts';

test('frame runs - every second frame is one run, and any list comes back as it was', () => {
  const runsOf = (frames: readonly number[]) => {
    const runs: FrameRuns = [];
    for (const frame of frames) addFrame(runs, frame);
    return runs;
  };
  assert.deepEqual(runsOf([0, 2, 4, 6]), [[0, 6, 2]]);
  assert.deepEqual(runsOf([3]), [[3, 3, 1]]);
  assert.deepEqual(runsOf([]), []);
  for (const frames of [[0, 2, 4, 5, 6, 7], [1], [0, 5, 9, 14, 18], [7, 8, 20]]) {
    assert.deepEqual(framesOfRuns(runsOf(frames)), frames);
  }
});

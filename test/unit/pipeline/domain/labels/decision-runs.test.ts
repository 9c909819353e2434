import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionRuns } from '../../../../../pipeline/domain/labels/decision-runs.ts';
import { label } from './label.ts';

const run = (from: number, to: number, decision: string, track = 1) => ({
  clip: '0123456789abcdef',
  track,
  from,
  to,
  decision,
});

test('decide - neighbouring frames on which the same is decided are one run', () => {
  const risks = [0.1, 0.1, 0.9, 0.9, 0.9, 0.1];
  const labels = risks.map((risk, index) => label({ index, risk }));
  assert.deepEqual(
    decisionRuns(labels, ({ risk }) => (risk < 0.5 ? 'accepted' : 'rejected')),
    [run(0, 1, 'accepted'), run(2, 4, 'rejected'), run(5, 5, 'accepted')],
  );
});

test('decide - a gap between frames parts two runs: a run says nothing of frames that it was not given', () => {
  const labels = [3, 5].map((index) => label({ index }));
  assert.deepEqual(
    decisionRuns(labels, () => 'undone'),
    [run(3, 3, 'undone'), run(5, 5, 'undone')],
  );
  assert.deepEqual(
    decisionRuns([], () => 'undone'),
    [],
  );
});

test('decide - a run is of one track', () => {
  const labels = [label({ index: 0 }), label({ index: 1, track: 2 })];
  assert.deepEqual(
    decisionRuns(labels, () => 'accepted'),
    [run(0, 0, 'accepted'), run(1, 1, 'accepted', 2)],
  );
});

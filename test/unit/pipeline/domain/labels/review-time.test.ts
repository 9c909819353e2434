import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReviewTime, secondsPerAccepted } from '../../../../../pipeline/domain/labels/review-time.ts';
import { LabelReviewed } from '../../../../../schemas/label-reviewed.ts';

const { action: _, ...example } = LabelReviewed.examples.valid;
const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 1, 9, minute, second)).toISOString();

function timeOf(...decisions: readonly Partial<LabelReviewed>[]): ReviewTime {
  const time = new ReviewTime();
  for (const decision of decisions) time.add({ ...example, ...decision });
  return time;
}

test('review time - an action of many runs took its time once, and an undo none of it back', () => {
  const action = { action: 'a', tookMs: 900, at: at(0) };
  const time = timeOf(
    { ...action, track: 1 },
    { ...action, track: 2 },
    { action: 'a', decision: 'undone', at: at(1) },
    { action: 'b', tookMs: 300, decision: 'classed', at: at(2) },
  );
  assert.equal(time.seconds, 1.2);
});

test('review time - automatic review has no pace, and takes no person’s time', () => {
  const time = timeOf({ by: 'auto', tookMs: 5_000 });
  assert.equal(time.labelsPerMinute, null);
  assert.equal(time.seconds, 0);
});

test('review time - the pace is that of the last ten minutes in which anything was decided, pauses left out', () => {
  const decided = Array.from({ length: 12 }, (_, i) => ({
    from: 0,
    to: i < 2 ? 99 : 4,
    action: `a${i}`,
    at: at(i * 60),
  }));
  assert.equal(timeOf(...decided).labelsPerMinute, 5);
  const twice = [
    { from: 0, to: 9, action: 'a', at: at(3, 5) },
    { from: 20, to: 29, action: 'b', at: at(3, 50) },
  ];
  assert.equal(timeOf(...twice).labelsPerMinute, 20);
});

test('review time - what it takes to say of what class an animal is counts as time, not as labels decided', () => {
  const time = timeOf({ decision: 'classed', from: 0, to: 99, tookMs: 2_000 });
  assert.equal(time.labelsPerMinute, null);
  assert.equal(secondsPerAccepted(time, 8), 0.25);
  assert.equal(secondsPerAccepted(time, 0), null);
});

test('review time - it knows of which decisions the time is known', () => {
  const time = timeOf({ by: 'mika', at: at(0), tookMs: 10 }, { by: 'ren', at: at(1) });
  assert.ok(time.isTimed('mika', at(0)));
  assert.ok(!time.isTimed('ren', at(1)));
  assert.ok(!time.isTimed(null, null));
});

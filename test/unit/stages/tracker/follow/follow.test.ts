import assert from 'node:assert/strict';
import { test } from 'node:test';
import Value from 'typebox/value';
import { type Box, iou } from '../../../../../pipeline/domain/vision/box.ts';
import { type FollowedLabel, followAnimal } from '../../../../../stages/tracker/follow/follow.ts';
import { TrackerOptions } from '../../../../../stages/tracker/options.ts';
import { SimulatedClip, type Simulation } from '../../../../fixtures/simulated-clip.ts';

const options: TrackerOptions = Value.Create(TrackerOptions);
const at = (frame: number): Box => [100 + 5 * frame, 200, 80, 60];
const scene: Simulation = {
  ...{ width: 1280, height: 720, frames: 60, seed: 1, timing: 1, missRate: 0.1, jitter: 0.01 },
  animals: [{ at, grey: 170 }],
};

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly until?: number;
}

function follow(
  { from, to, until }: Asked,
  changes: Partial<Simulation> = {},
  rules: Partial<TrackerOptions> = {},
): Promise<FollowedLabel[]> {
  const given = until === undefined ? {} : { until: { index: until, box: at(until) } };
  const request = { way: { from, to }, track: 9, label: 'deer', box: at(from), ...given };
  return followAnimal(new SimulatedClip({ ...scene, ...changes }), request, {
    options: { ...options, ...rules },
    follower: null,
  });
}

const indices = (labels: readonly FollowedLabel[]) => labels.map(({ index }) => index);
const frames = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + Math.sign(to - from) * i);
const worst = (labels: readonly FollowedLabel[]) =>
  Math.min(...labels.map(({ index, box }) => iou(box, at(index))));

for (const [what, from, to] of [
  ['forward', 20, 59],
  ['backward', 40, 0],
] as const) {
  test(`follow - ${what}: the animal on each frame of the way, and no other track`, async () => {
    const labels = await follow({ from, to });
    assert.deepEqual(indices(labels), frames(from, to));
    assert.ok(worst(labels) > 0.6, `${worst(labels)}`);
    assert.ok(labels.every(({ track }) => track === 9));
    assert.equal(labels[0]?.cause, 'hand');
    assert.equal(labels[3]?.pts, (from + 3 * Math.sign(to - from)) / 25);
  });
}

test('follow - labels do not depend on when frames and answers come', async () => {
  const [one, other] = [await follow({ from: 50, to: 0 }), await follow({ from: 50, to: 0 }, { timing: 7 })];
  assert.deepEqual(one, other);
});

test('follow - where the animal is lost, its labels end where it was last seen', async () => {
  const blind = (frame: number) => frame < 30;
  const labels = await follow({ from: 45, to: 0 }, { blind, missRate: 0 }, { lostAfter: 10 });
  assert.deepEqual(indices(labels), frames(45, 30));
});

test('follow - a gap at the end of the way is no loss', async () => {
  const blind = (frame: number) => frame > 55;
  assert.deepEqual(indices(await follow({ from: 45, to: 59 }, { blind })), frames(45, 59));
});

test('follow - an animal that is never found again has its given box alone', async () => {
  const labels = await follow({ from: 10, to: 59 }, { blind: () => true }, { lostAfter: 10 });
  assert.deepEqual(indices(labels), [10]);
});

test('follow - ends before the next given box, whichever way', async () => {
  assert.deepEqual(indices(await follow({ from: 10, to: 30, until: 30 })), frames(10, 29));
  assert.deepEqual(indices(await follow({ from: 40, to: 30, until: 30 })), frames(40, 31));
});

test('follow - frames that nobody is to look at have no label', async () => {
  const skipped = (frame: number) => (frame % 2 === 1 ? 'stride' : undefined);
  const labels = await follow({ from: 40, to: 20 }, { skipped });
  assert.deepEqual(
    indices(labels),
    frames(40, 20).filter((frame) => frame % 2 === 0),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Value from 'typebox/value';
import { type Box, clip, iou } from '../../../../pipeline/domain/vision/box.ts';
import { PoisonError, RetryableError } from '../../../../pipeline/runtime/errors.ts';
import type { Anchor } from '../../../../schemas/clip-arrived.ts';
import { accountedFor } from '../../../../schemas/terms.ts';
import type { Label } from '../../../../stages/tracker/loop.ts';
import { TrackerOptions } from '../../../../stages/tracker/options.ts';
import type { Tracking } from '../../../../stages/tracker/tracking.ts';
import { plainTracking, random, SimulatedClip, type Simulation } from '../../../fixtures/simulated-clip.ts';

const options: TrackerOptions = Value.Create(TrackerOptions);
const still: Box = [300, 200, 80, 60];
const walking =
  (from: Box, dx: number, dy = 0) =>
  (frame: number): Box => [from[0] + dx * frame, from[1] + dy * frame, from[2], from[3]];

const scene: Simulation = {
  width: 1280,
  height: 720,
  frames: 60,
  animals: [{ at: walking(still, 5), grey: 170 }],
  seed: 1,
  timing: 1,
  missRate: 0,
  jitter: 0.01,
};
const anchor = (frame: number, box: Box, track = 1): Anchor => ({
  frame,
  track,
  box: [...box],
  label: 'deer',
});

interface Tracked {
  readonly labels: readonly (Label & { readonly frame: number })[];
  readonly end: Tracking['checkpoint'];
}

async function track(
  changes: Partial<Simulation>,
  anchors: readonly Anchor[],
  rules: Partial<TrackerOptions> = {},
  view = new SimulatedClip({ ...scene, ...changes }),
): Promise<Tracked> {
  const loop = plainTracking(view, anchors, { ...options, ...rules });
  const labels: (Label & { frame: number })[] = [];
  for await (const step of loop.steps()) {
    labels.push(...step.labels.map((label) => ({ ...label, frame: step.frame.index })));
  }
  const end = loop.checkpoint;
  assert.equal(accountedFor(end.ledger), end.ledger.decoded, 'the ledger adds up');
  assert.equal(end.ledger.labelled, new Set(labels.map(({ frame }) => frame)).size);
  for (const [cause, count] of Object.entries(end.causes)) {
    assert.equal(labels.filter((label) => label.cause === cause).length, count, cause);
  }
  return { labels, end };
}

const causes = ({ labels }: Tracked) => labels.map(({ cause }) => cause);
const labelsOfTrack = ({ labels }: Tracked, track: number) => labels.filter((label) => label.track === track);

test('tracker - what a person drew begins the track, and the detector’s boxes are its labels', async () => {
  const tracked = await track({}, [anchor(0, still)]);
  assert.deepEqual(causes(tracked), ['hand', ...Array(59).fill('detected')]);
  for (const { frame, box } of tracked.labels) assert.ok(iou(box, walking(still, 5)(frame)) > 0.85);
  const { model, score } = tracked.labels[0]!;
  assert.deepEqual({ model, score }, { model: null, score: null });
  assert.ok((tracked.labels[9]?.score ?? 0) >= 0.5);
});

test('tracker - an animal that walks on unseen is followed by the difference', async () => {
  const tracked = await track({ blind: (frame) => frame >= 10 && frame < 40 }, [anchor(0, still)]);
  const unseen = tracked.labels.slice(10, 40);
  assert.ok(unseen.every(({ cause, score }) => (cause === 'moved' || cause === 'held') && score === null));
  assert.ok(unseen.filter(({ cause }) => cause === 'moved').length > 20);
  for (const { frame, box } of unseen) assert.ok(iou(box, walking(still, 5)(frame)) > 0.7, `frame ${frame}`);
  assert.equal(tracked.labels[40]?.cause, 'detected');
});

test('tracker - an animal that stands still unseen is held where it is', async () => {
  const animals = [{ at: () => still, grey: 170 }];
  const tracked = await track({ animals, blind: () => true }, [anchor(0, still)]);
  assert.deepEqual(causes(tracked), ['hand', ...Array(59).fill('held')]);
  assert.ok(tracked.labels.every(({ box }) => iou(box, still) === 1));
});

test('tracker - a box drawn on a later frame sets its track right', async () => {
  const drawn: Box = [500, 300, 60, 50];
  const animals = [
    { at: (frame: number) => (frame < 20 ? still : null), grey: 170 },
    { at: (frame: number) => (frame >= 20 ? drawn : null), grey: 170 },
  ];
  const tracked = await track({ animals }, [anchor(0, still), anchor(20, drawn)]);
  assert.deepEqual(tracked.end.tracks.length, 1);
  assert.equal(tracked.labels[20]?.cause, 'hand');
  for (const { frame, box } of tracked.labels) assert.ok(iou(box, frame < 20 ? still : drawn) > 0.85);
});

test('tracker - a box on a frame that is skipped still counts', async () => {
  const far: Box = [900, 500, 80, 60];
  const tracked = await track(
    {
      animals: [{ at: (frame) => (frame < 15 ? still : far), grey: 170 }],
      skipped: (frame) => (frame % 2 === 1 ? 'stride' : undefined),
    },
    [anchor(0, still), anchor(15, far)],
  );
  assert.deepEqual(tracked.end.ledger.skipped, { stride: 30 });
  assert.equal(tracked.labels.length, 30);
  for (const { frame, box } of tracked.labels)
    assert.ok(iou(box, frame < 15 ? still : far) > 0.85, `${frame}`);
});

test('tracker - several animals keep their tracks, side by side and in one region', async () => {
  const starts: Box[] = [still, [400, 205, 80, 60], [900, 500, 120, 90]];
  const animals = starts.map((start, i) => ({ at: walking(start, i === 2 ? -4 : 3), grey: 170 }));
  const tracked = await track(
    { animals, missRate: 0.2 },
    starts.map((start, i) => anchor(0, start, i + 1)),
  );
  for (const [i, animal] of animals.entries()) {
    const labels = labelsOfTrack(tracked, i + 1);
    assert.equal(labels.length, 60);
    for (const { frame, box } of labels) assert.ok(iou(box, animal.at(frame)) > 0.6, `${i} at ${frame}`);
  }
});

test('tracker - animals near each other are looked at in one region, far ones in their own', async () => {
  const starts: Box[] = [still, [400, 205, 80, 60], [1000, 500, 80, 60]];
  const view = new SimulatedClip({ ...scene, animals: starts.map((box) => ({ at: () => box, grey: 170 })) });
  const anchors = starts.map((box, i) => anchor(0, box, i + 1));
  const tracked = await track({}, anchors, {}, view);
  assert.equal(view.asked.regions, 2 * view.asked.looks);
  for (const { track, box } of tracked.labels) assert.ok(iou(box, starts[track - 1]!) > 0.85);
});

test('tracker - without boxes drawn by hand the detector begins tracks, each animal once', async () => {
  const animals = [
    { at: walking(still, 5), grey: 170 },
    { at: (frame: number) => (frame < 20 ? null : walking([800, 400, 90, 90], -3)(frame)), grey: 40 },
  ];
  const tracked = await track({ animals }, [], { seedEvery: 6 });
  assert.deepEqual(
    tracked.end.tracks.map(({ track, first, last }) => [track, first, last]),
    [
      [1, 0, 59],
      [2, 24, 59],
    ],
  );
  assert.ok(causes(tracked).every((cause) => cause === 'detected'));
});

test('tracker - new animals are looked for as often when frames are skipped', async () => {
  const animals = [{ at: (frame: number) => (frame < 11 ? null : walking(still, 2)(frame)), grey: 170 }];
  const skipped = (frame: number) => (frame % 5 === 0 ? undefined : 'stride');
  const tracked = await track({ animals, skipped }, [], { seedEvery: 6 });
  assert.equal(tracked.labels[0]?.frame, 15);
});

test('tracker - frames before the first drawn box are tracked too, up to the drawn one', async () => {
  const tracked = await track({}, [anchor(30, walking(still, 5)(30))]);
  assert.deepEqual(
    tracked.end.tracks.map(({ track, first, last, ended }) => [track, first, last, ended]),
    [
      [2, 0, 29, true],
      [1, 30, 59, false],
    ],
  );
  assert.equal(tracked.labels.length, 60);
  assert.equal(tracked.labels[30]?.cause, 'hand');
});

test('tracker - while all drawn animals are followed nothing else is begun', async () => {
  const animals = [
    { at: walking(still, 5), grey: 170 },
    { at: () => [900, 500, 80, 60] as const, grey: 170 },
  ];
  const tracked = await track({ animals }, [anchor(0, still)]);
  assert.equal(tracked.end.tracks.length, 1);
});

test('tracker - a track ends soon after its animal left the picture', async () => {
  const animals = [{ at: walking([1000, 300, 80, 60], 10), grey: 170 }];
  const tracked = await track({ animals, frames: 80 }, [anchor(0, [1000, 300, 80, 60])], { leftAfter: 12 });
  const last = tracked.labels.at(-1)?.frame ?? 0;
  assert.ok(last > 24 && last < 45, `${last}`);
  assert.equal(tracked.end.tracks[0]?.ended, true);
  assert.equal(tracked.end.ledger.empty, 79 - last);
});

test('tracker - an animal that was drawn at the picture’s edge and does not move has not left', async () => {
  const edge: Box = [0, 300, 80, 60];
  const tracked = await track({ animals: [{ at: () => edge, grey: 170 }], blind: () => true }, [
    anchor(0, edge),
  ]);
  assert.equal(tracked.labels.length, 60);
});

test('tracker - a track that was lost ends, and its animal may begin another', async () => {
  const gone = (frame: number) => (frame >= 10 && frame < 50 ? null : still);
  const tracked = await track({ animals: [{ at: gone, grey: 170 }] }, [anchor(0, still)], { lostAfter: 20 });
  assert.deepEqual(
    tracked.end.tracks.map(({ track, first, last }) => [track, first, last]),
    [
      [1, 0, 29],
      [2, 54, 59],
    ],
  );
});

test('tracker - what the detector saw a few times only is not believed for long', async () => {
  const animals = [{ at: (frame: number) => (frame < 3 ? still : null), grey: 90 }];
  const tracked = await track({ animals }, [], { lostAfter: 240, leftAfter: 12 });
  assert.equal(tracked.labels.at(-1)?.frame, 14);
});

test('tracker - a frame that cannot be looked at is dead, and the track goes on behind it', async () => {
  const tracked = await track({ dead: (frame) => frame === 20 || frame === 21 }, [anchor(0, still)]);
  assert.equal(tracked.end.ledger.dead, 2);
  assert.equal(tracked.labels.length, 58);
  assert.equal(tracked.labels.find(({ frame }) => frame === 22)?.cause, 'detected');
});

test('tracker - a box drawn on a frame that cannot be looked at is a label all the same', async () => {
  const other: Box = [900, 500, 80, 60];
  const animals = [still, other].map((box) => ({ at: () => box, grey: 170 }));
  const anchors = [anchor(0, still), anchor(5, other, 2)];
  const tracked = await track({ animals, dead: (frame) => frame === 5 }, anchors);
  assert.deepEqual(
    tracked.labels.filter(({ frame }) => frame === 5).map(({ track, cause }) => [track, cause]),
    [[2, 'hand']],
  );
  assert.equal(tracked.end.ledger.dead, 0);
});

test('tracker - holds where a frame cannot be read for the difference; a passing fault is passed on', async () => {
  const failing = (error: Error) => {
    const view = new SimulatedClip({ ...scene, blind: (frame) => frame === 10 });
    view.grey = () => Promise.reject(error);
    return track({}, [anchor(0, still)], {}, view);
  };
  assert.equal((await failing(new PoisonError('frame 9 is no picture'))).labels[10]?.cause, 'held');
  await assert.rejects(failing(new RetryableError('the bus is away')), RetryableError);
});

test('tracker - every frame is labelled or accounted for, whatever happens in the clip', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const dice = random(seed);
    const animals = Array.from({ length: 1 + Math.floor(3 * dice()) }, () => {
      const start: Box = [1100 * dice(), 600 * dice(), 40 + 100 * dice(), 40 + 100 * dice()];
      const [dx, dy, from, to] = [16 * dice() - 8, 8 * dice() - 4, 40 * dice(), 60 + 100 * dice()];
      const at = (frame: number): Box | null => {
        const [x, y, w, h] = walking(start, dx, dy)(frame);
        return frame >= from && frame < to ? clip([x, y, w, h], scene) : null;
      };
      return { at, grey: 30 + 200 * dice() };
    });
    const [deadly, stride] = [0.1 * dice(), 1 + Math.floor(3 * dice())];
    const anchors = animals.flatMap(({ at }, i) => {
      const frame = Math.floor(60 * dice());
      const box = dice() < 0.5 ? at(frame) : null;
      return box ? [anchor(frame, box, i + 1)] : [];
    });
    const tracked = await track(
      {
        frames: 100,
        animals,
        seed,
        timing: seed,
        missRate: 0.5 * dice(),
        jitter: 0.05,
        dead: (frame) => random(seed * 1000 + frame)() < deadly,
        skipped: (frame) => (frame % stride === 0 ? undefined : 'stride'),
      },
      anchors,
      { lookahead: 1 + Math.floor(12 * dice()), lostAfter: 5 + Math.floor(50 * dice()) },
    );
    assert.equal(tracked.end.ledger.decoded, 100, `seed ${seed}`);
    const seen = new Set(tracked.labels.map(({ frame, track }) => `${frame}.${track}`));
    assert.equal(seen.size, tracked.labels.length, `seed ${seed}: a track has one box a frame`);
    for (const { box } of tracked.labels.filter(({ cause }) => cause !== 'hand')) {
      const [x, y, w, h] = box;
      assert.ok(
        x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 1280.02 && y + h <= 720.02,
        `seed ${seed}: ${box}`,
      );
    }
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Value from 'typebox/value';
import { type Box, iou } from '../../../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../../../pipeline/domain/vision/image.ts';
import type { Anchor } from '../../../../../schemas/clip-arrived.ts';
import type { Follower } from '../../../../../stages/tracker/hindsight/evidence.ts';
import type { DecidedFrame } from '../../../../../stages/tracker/loop.ts';
import { TrackerOptions } from '../../../../../stages/tracker/options.ts';
import { Tracking } from '../../../../../stages/tracker/tracking.ts';
import { plainTracking, SimulatedClip, type Simulation } from '../../../../fixtures/simulated-clip.ts';

const options: TrackerOptions = {
  ...Value.Create(TrackerOptions),
  ...{ seedEvery: 10, seekEvery: 10, regionSide: 100, window: 12, method: 'hindsight' },
};

/** One is drawn, missed for long and seen again; another comes in by itself. */
function simulation(seed: number, timing: number): Simulation {
  return {
    ...{ width: 240, height: 120, frames: 90, seed, timing, missRate: 0.25, jitter: 0.02 },
    animals: [
      { at: (frame) => [30 + 1.5 * frame, 30 + 8 * Math.sin(frame / 9), 30, 22], grey: 170 },
      { at: (frame) => (frame > 30 ? [210 - 2 * (frame - 30), 85, 25, 20] : null), grey: 40 },
    ],
    blind: (frame) => frame % 37 > 24,
    skipped: (frame) => (frame % 11 === 7 ? 'overload' : undefined),
    dead: (frame) => frame % 41 === 40,
  };
}

/** Every frame can be looked at. */
const undisturbed = { blind: () => false, skipped: () => undefined, dead: () => false };

/** Finds what has the template's grey level near where it was last. */
const byGrey: Follower = {
  template: async (picture, [x, y, w, h]) => ({
    features: Float32Array.of(greyAt(picture, x + w / 2, y + h / 2)),
    padding: [0, 0, 0],
  }),
  search: async ({ features }, picture, last) => {
    const [x, y, w, h] = last.map(Math.round) as [number, number, number, number]; // as many as there were
    let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
    for (let row = Math.max(0, y - h); row < Math.min(picture.height, y + 2 * h); row++)
      for (let column = Math.max(0, x - w); column < Math.min(picture.width, x + 2 * w); column++) {
        if (greyAt(picture, column, row) !== features[0]) continue;
        [left, top] = [Math.min(left, column), Math.min(top, row)];
        [right, bottom] = [Math.max(right, column), Math.max(bottom, row)];
      }
    if (right < 0) return { box: last, score: 0.1 };
    return { box: [left, top, right - left + 1, bottom - top + 1], score: 0.9 };
  },
};

function greyAt({ data, width }: Raster, x: number, y: number): number {
  return data[3 * (Math.round(y) * width + Math.round(x))] ?? -1;
}

function drawn({ animals }: Simulation, frame: number): Anchor[] {
  const [x, y, w, h]: Box = animals[0]!.at(frame)!;
  return [{ frame, track: 1, box: [x, y, w, h], label: 'deer' }];
}

const tracking = (
  clip: Simulation,
  follower: Follower | null,
  from?: Tracking['checkpoint'],
  anchors = drawn(clip, 3),
) => {
  return new Tracking({
    ...{ view: new SimulatedClip(clip), anchors, options, follower },
    ...(from && { from }),
  });
};

async function steps(loop: Tracking, most = Infinity): Promise<DecidedFrame[]> {
  const all: DecidedFrame[] = [];
  for await (const step of loop.steps()) if (all.push(step) === most) break;
  return all;
}

for (const [how, follower] of [
  ['followed', byGrey],
  ['interpolated', null],
] as const) {
  test(`hindsight - ${how}: every frame once, whenever frames and answers come`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const runs = await Promise.all(
        [1, 2, 3].map((timing) => steps(tracking(simulation(seed, timing), follower))),
      );
      assert.deepEqual(runs[1], runs[0], `seed ${seed}`);
      assert.deepEqual(runs[2], runs[0], `seed ${seed}`);
      assert.deepEqual(
        runs[0]!.map(({ frame }) => frame.index),
        Array.from({ length: 90 }, (_, i) => i),
      );
      assert.ok(runs[0]!.some(({ labels }) => labels.some(({ cause }) => cause === how)));
    }
  });

  test(`hindsight - ${how}: a process that goes on from any checkpoint gives the same labels`, async () => {
    const clip = simulation(7, 1);
    const whole = tracking(clip, follower);
    const unbroken = await steps(whole);
    for (let at = 1; at < clip.frames; at += 7) {
      const before = tracking(clip, follower);
      const first = await steps(before, at);
      const stored = JSON.parse(JSON.stringify(before.checkpoint)); // as the bus keeps it
      const after = tracking({ ...clip, timing: at + 2 }, follower, stored);
      assert.deepEqual([...first, ...(await steps(after))], unbroken, `broken at ${at}`);
      assert.deepEqual(after.checkpoint, whole.checkpoint, `broken at ${at}`);
    }
  });
}

test('hindsight - an animal that comes in is labelled before the detector saw it', async () => {
  const came = simulation(1, 1);
  const clip = { ...came, skipped: () => undefined, dead: () => false, blind: (frame: number) => frame < 45 };
  const first = async (follower: Follower | null) => {
    const all = await steps(tracking(clip, follower, undefined, []));
    return all.find(({ labels }) => labels.length > 0)?.frame.index;
  };
  const seen = await first(null);
  assert.ok(seen !== undefined && seen >= 45);
  assert.ok((await first(byGrey))! < 45);
});

test('hindsight - an animal that nobody drew is looked for while the drawn one is followed; the plain loop looks for none', async () => {
  const clip = { ...simulation(1, 1), ...undisturbed };
  const tracks = (all: readonly DecidedFrame[]) =>
    new Set(all.flatMap((step) => step.labels.map(({ track }) => track)));
  const loop = tracking(clip, null, undefined, drawn(clip, 0));
  const labelled = await steps(loop);
  assert.deepEqual([...tracks(labelled)].sort(), [1, 2]);
  assert.deepEqual(
    loop.checkpoint.published.map(({ track, first }) => [track, first]),
    [...tracks(labelled)].map((track) => {
      const first = labelled.find(({ labels }) => labels.some((label) => label.track === track));
      return [track, first?.frame.index];
    }),
  );
  const plain = plainTracking(new SimulatedClip(clip), drawn(clip, 0), options);
  assert.deepEqual([...tracks(await steps(plain))], [1]);
});

test('hindsight - what was seen once in many frames is no animal; in a burst of a few stills it is', async () => {
  const shadow = { at: (frame: number): Box | null => (frame === 40 ? [150, 85, 25, 20] : null), grey: 40 };
  const clip = { ...simulation(1, 1), ...undisturbed, missRate: 0 };
  const flicker = { ...clip, animals: [clip.animals[0]!, shadow] };
  assert.deepEqual(await tracksOf({ ...flicker, frames: 90 }), [1]);
  assert.deepEqual(await tracksOf({ ...flicker, frames: 41 }), [1, 2]);
});

test('hindsight - an animal of which the detector sees a part keeps its size; the plain loop takes the part for it', async () => {
  const whole = { ...simulation(1, 1), ...undisturbed, missRate: 0, jitter: 0 };
  const clip = { ...whole, animals: [whole.animals[0]!], part: (frame: number) => frame > 20 && frame < 60 };
  const worst = (all: readonly DecidedFrame[]) =>
    Math.min(
      ...all.flatMap(({ frame, labels }) =>
        labels.map(({ box }) => iou(box, clip.animals[0]!.at(frame.index)!)),
      ),
    );
  const hindsight = await steps(tracking(clip, null, undefined, drawn(clip, 0)));
  assert.ok(worst(hindsight) > 0.8, `${worst(hindsight)}`);
  assert.ok(hindsight.every(({ labels }) => labels.every((label) => !('isPart' in label))));
  const plain = await steps(plainTracking(new SimulatedClip(clip), drawn(clip, 0), options));
  assert.ok(worst(plain) < 0.4);
});

test('hindsight - what the detector found of an animal before a person drew it is the drawn track’s', async () => {
  const whole = { ...simulation(1, 1), ...undisturbed, missRate: 0 };
  const clip = { ...whole, animals: [whole.animals[0]!] };
  for (const follower of [byGrey, null]) {
    const all = await steps(tracking(clip, follower));
    assert.deepEqual(
      all.map(({ labels }) => labels.map(({ track }) => track)),
      all.map(() => [1]),
    );
    assert.equal(all[0]!.labels[0]!.cause, 'detected');
  }
  const plain = await steps(plainTracking(new SimulatedClip(clip), drawn(clip, 3), options));
  assert.equal(plain[0]!.labels[0]!.track, 2);
});

async function tracksOf(clip: Simulation): Promise<number[]> {
  const loop = tracking(clip, null, undefined, drawn(clip, 0));
  await steps(loop);
  return loop.checkpoint.published.map(({ track }) => track);
}

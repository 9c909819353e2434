import assert from 'node:assert/strict';
import { test } from 'node:test';
import Value from 'typebox/value';
import { type Box, centre, clip, iou, round, translate } from '../../../../pipeline/domain/vision/box.ts';
import type { Anchor } from '../../../../schemas/clip-arrived.ts';
import type { Cause } from '../../../../schemas/terms.ts';
import { changeAround, displacement } from '../../../../stages/tracker/difference.ts';
import { type DecidedFrame, initialCheckpoint, type Label } from '../../../../stages/tracker/loop.ts';
import { matchDetections } from '../../../../stages/tracker/match.ts';
import { TrackerOptions } from '../../../../stages/tracker/options.ts';
import { searchRegion } from '../../../../stages/tracker/region.ts';
import type { Tracking } from '../../../../stages/tracker/tracking.ts';
import { plainTracking, random, SimulatedClip, type Simulation } from '../../../fixtures/simulated-clip.ts';

const options: TrackerOptions = { ...Value.Create(TrackerOptions), seedEvery: 10, regionSide: 160 };

/** Walks to and fro, stops now and then; another crosses its way and leaves. */
function simulation(seed: number, timing: number): Simulation {
  const dice = random(seed);
  const speed = 2 + 5 * dice();
  const place = (frame: number) =>
    100 + speed * (frame % 60 < 40 ? frame % 60 : 40) + 30 * Math.sin(frame / 25);
  return {
    width: 640,
    height: 360,
    frames: 120,
    animals: [
      { at: (frame) => [place(frame), 90 + 20 * Math.sin(frame / 20), 60, 45], grey: 170 },
      { at: (frame) => (frame < 80 ? [500 - 4 * frame, 230, 50, 40] : null), grey: 40 },
    ],
    seed,
    timing,
    missRate: 0.25,
    jitter: 0.02,
    blind: (frame) => frame % 37 > 30,
    skipped: (frame) => (frame % 11 === 7 ? 'overload' : undefined),
    dead: (frame) => frame % 41 === 40,
  };
}

function anchorsOf({ animals }: Simulation): Anchor[] {
  const box = (animal: number, frame: number) =>
    [...animals[animal]!.at(frame)!] as [number, number, number, number];
  return [
    { frame: 0, track: 1, box: box(0, 0), label: 'deer' },
    { frame: 12, track: 2, box: box(1, 12), label: 'fox' },
    { frame: 60, track: 1, box: box(0, 60), label: 'deer' },
  ];
}

async function steps(loop: Tracking, most = Infinity): Promise<DecidedFrame[]> {
  const all: DecidedFrame[] = [];
  if (most === 0) return all;
  for await (const step of loop.steps()) {
    all.push(step);
    if (all.length === most) break;
  }
  return all;
}

/** The note's loop, written down as it is told there, for one animal and frames that can all be looked at. */
async function plainLoop(
  view: SimulatedClip,
  first: Box,
  frames: number,
): Promise<Pick<Label, 'box' | 'cause'>[]> {
  let tracked = first;
  let missed = 0;
  const labels: Pick<Label, 'box' | 'cause'>[] = [{ box: first, cause: 'hand' }];
  for (let index = 1; index < frames; index++) {
    const picture = (await view.frame(index))!;
    const region = searchRegion(tracked, picture, options);
    view.look(index, [region]);
    const { found } = await view.answer(index);
    const [seen] = matchDetections([{ box: tracked, missed, found: found[0]! }], options);
    let cause: Cause = 'detected';
    if (seen) {
      tracked = round(clip(seen.box, picture)!);
      missed = 0;
    } else {
      const before = await view.grey(index - 1, region);
      const local = translate(tracked, -region[0], -region[1]);
      const step = displacement(
        changeAround(before, await view.grey(index, region), local, options.differenceThreshold),
      );
      cause = step ? 'moved' : 'held';
      if (step) tracked = round(clip(translate(tracked, step.dx, step.dy), picture)!);
      missed += 1;
    }
    labels.push({ box: tracked, cause });
  }
  return labels;
}

test('lookahead - 1 gives the labels of the plain loop', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { skipped: _, dead: __, ...all } = simulation(seed, seed);
    const clip = { ...all, animals: all.animals.slice(0, 1) };
    const first = clip.animals[0]!.at(0)!;
    const anchors: Anchor[] = [{ frame: 0, track: 1, box: [...first], label: 'deer' }];
    const loop = plainTracking(new SimulatedClip(clip), anchors, { ...options, lookahead: 1 });
    const labels = (await steps(loop)).flatMap((step) =>
      step.labels.map(({ box, cause }) => ({ box, cause })),
    );
    const plain = await plainLoop(new SimulatedClip({ ...clip, timing: 99 }), first, clip.frames);
    assert.deepEqual(labels, plain, `seed ${seed}`);
  }
});

for (const lookahead of [1, 3, 8, 16]) {
  test(`lookahead ${lookahead} - the labels do not depend on when frames and answers come`, async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const runs = await Promise.all(
        [1, 2, 3].map((timing) => {
          const clip = simulation(seed, timing);
          return steps(plainTracking(new SimulatedClip(clip), anchorsOf(clip), { ...options, lookahead }));
        }),
      );
      assert.deepEqual(runs[1], runs[0], `seed ${seed}`);
      assert.deepEqual(runs[2], runs[0], `seed ${seed}`);
    }
  });

  test(`lookahead ${lookahead} - a process that goes on from any checkpoint gives the same labels`, async () => {
    const clip = simulation(7, 1);
    const begin = (from = initialCheckpoint(), timing = 1) =>
      plainTracking(new SimulatedClip({ ...clip, timing }), anchorsOf(clip), { ...options, lookahead }, from);
    const whole = begin();
    const unbroken = await steps(whole);
    for (let at = 0; at < clip.frames; at += lookahead === 8 ? 3 : 11) {
      const before = begin();
      const first = await steps(before, at);
      const stored = JSON.parse(JSON.stringify(before.checkpoint)); // as the bus keeps it
      const after = begin(stored, at + 2);
      assert.deepEqual([...first, ...(await steps(after))], unbroken, `broken at ${at}`);
      assert.deepEqual(after.checkpoint, whole.checkpoint, `broken at ${at}`);
    }
  });
}

test('lookahead - a checkpoint stays as it was while the loop goes on', async () => {
  const clip = simulation(7, 1);
  const loop = plainTracking(new SimulatedClip(clip), anchorsOf(clip), options);
  await steps(loop, 20);
  const checkpoint = loop.checkpoint;
  const before = structuredClone(checkpoint);
  await steps(loop, 20);
  assert.deepEqual(checkpoint, before);
  assert.equal(loop.checkpoint.next, before.next + 20);
});

test('lookahead - an animal that was missed in an old region is looked for in its own before it counts as missed', async () => {
  const at = (frame: number): Box => [100 + 3 * frame, 150, 60, 45];
  const view = new SimulatedClip({ ...simulation(1, 1), animals: [{ at, grey: 170 }], missRate: 0 });
  const { answer, look } = view;
  const asked = new Map<number, readonly Box[]>();
  view.look = (index, regions) => {
    asked.set(index, regions);
    look.call(view, index, regions);
  };
  // A detector that is blind outside the middle of what it is shown.
  view.answer = async (index) => {
    const all = await answer.call(view, index);
    const middle = asked.get(index)!.map((region) => Math.abs(centre(region).x - centre(at(index)).x) < 10);
    return { ...all, found: all.found.map((found, i) => (middle[i] ? found : [])) };
  };
  const anchors: Anchor[] = [{ frame: 0, track: 1, box: [...at(0)], label: 'deer' }];
  const few = (await steps(plainTracking(view, anchors, { ...options, lookahead: 8 }), 30)).flatMap(
    ({ labels }) => labels,
  );
  assert.ok(few.slice(1).every(({ cause }) => cause === 'detected'));
});

test('lookahead - costs no quality and few looks more', async () => {
  const quality = new Map<number, number>();
  const looks = new Map<number, number>();
  for (const lookahead of [1, 8, 16]) {
    const overlaps: number[] = [];
    let asked = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const clip = { ...simulation(seed, seed), missRate: 0.05, blind: () => false };
      const view = new SimulatedClip(clip);
      for (const { frame, labels } of await steps(
        plainTracking(view, anchorsOf(clip), { ...options, lookahead }),
      )) {
        const truth = clip.animals[0]!.at(frame.index)!;
        overlaps.push(...labels.filter(({ track }) => track === 1).map(({ box }) => iou(box, truth)));
      }
      asked += view.asked.looks / clip.frames / 10;
    }
    quality.set(lookahead, overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length);
    looks.set(lookahead, asked);
  }
  for (const lookahead of [8, 16]) {
    const cost = quality.get(1)! - quality.get(lookahead)!;
    assert.ok(Math.abs(cost) < 0.01, `IoU ${quality.get(1)} against ${quality.get(lookahead)}`);
    assert.ok(looks.get(lookahead)! < 1.5 * looks.get(1)!, `${looks.get(lookahead)} looks a frame`);
  }
});

test('lookahead - so many looks are under way at once, and no more', async () => {
  const clip = { ...simulation(3, 1), skipped: () => undefined, dead: () => false };
  const view = new SimulatedClip({ ...clip, animals: [{ at: () => [300, 150, 60, 45], grey: 170 }] });
  const asked = new Set<number>();
  const waiting: number[] = [];
  const { look, answer } = view;
  view.arrived = (index) => ({ index, pts: 0, width: 640, height: 360 });
  view.look = (index, regions) => {
    asked.add(index);
    look.call(view, index, regions);
  };
  view.answer = (index) => {
    waiting.push([...asked].filter((frame) => frame >= index).length);
    return answer.call(view, index);
  };
  const anchors: Anchor[] = [{ frame: 0, track: 1, box: [300, 150, 60, 45], label: 'deer' }];
  await steps(plainTracking(view, anchors, { ...options, lookahead: 8 }), 50);
  assert.ok(
    waiting.every((count) => count === 8),
    `${waiting}`,
  );
});

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../../../../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../../../../pipeline/domain/models/detector/card.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { encodePng, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { DecodedPictures } from '../../../../../stages/trainer/detector/decoded-pictures.ts';
import type { DetectorExample } from '../../../../../stages/trainer/detector/example.ts';
import { detectorRateAt, detectorRecipe } from '../../../../../stages/trainer/detector/recipe.ts';
import { type TrainDetectorOptions, trainDetector } from '../../../../../stages/trainer/detector/train.ts';
import { makeDetectorView, planDetectorView } from '../../../../../stages/trainer/detector/views.ts';
import { pyramidOf } from '../../../../../stages/trainer/detector/warp.ts';

before(async () => {
  await openBackend('wasm');
});

test('view - a box that nobody drew is marked for the loss', () => {
  const boxes = [{ box: [20, 20, 30, 30] as const, label: 'deer', weight: 1 }];
  const picture = { pyramid: pyramidOf(filled(80, 80, [9, 120, 40])), boxes };
  const automatic = { ...picture, boxes: boxes.map((box) => ({ ...box, isAutomatic: true })) };
  const placements = [picture, automatic].map((drawn) => {
    const plan = { colour: 0, tiles: [{ region: false }] };
    return makeDetectorView(plan, [drawn], ['deer'], 64, seededRandom(1)).targets[0]?.placement;
  });
  assert.equal(placements[0], 1);
  assert.ok(placements[1]! > 0 && placements[1]! < 1);
});

test('view - boxes lie on what they boxed, whatever was done to the picture', () => {
  const red: Raster = filled(200, 120, [0, 0, 0]);
  paint(red, [60, 30, 40, 50], [255, 255, 255]);
  const picture = {
    pyramid: pyramidOf(red),
    boxes: [{ box: [60, 30, 40, 50] as const, label: 'deer', weight: 1 }],
  };
  const random = seededRandom(5);
  let seen = 0;
  for (let i = 0; i < 40; i += 1) {
    const plan = planDetectorView({ region: 0.6, mosaic: 0.3, colour: 1 }, random);
    const view = makeDetectorView(
      plan,
      plan.tiles.map(() => picture),
      ['deer'],
      96,
      random,
    );
    for (const { box, weight } of view.targets) {
      if (weight === 0 || box[2] < 8 || box[3] < 8) continue;
      const [x, y, w, h] = box;
      const inside = mean(view.pixels, 96, [x + 2, y + 2, w - 4, h - 4]);
      // Black is found on at least one side; the picture's edge or another tile may be on the others.
      const around = [
        [x - 4, y],
        [x + w + 2, y],
        [x, y - 4],
        [x, y + h + 2],
      ].map(([u, v]) => mean(view.pixels, 96, [u!, v!, 2, 2]));
      assert.ok(inside > Math.min(...around.filter(Number.isFinite)) + 20, `view ${i}`);
      seen += 1;
    }
  }
  assert.ok(seen > 20);
});

test('view - the same random numbers give the same view', () => {
  const picture = { pyramid: pyramidOf(filled(80, 60, [9, 120, 40])), boxes: [] };
  const [a, b] = [1, 1].map((seed) => {
    const random = seededRandom(seed);
    const plan = planDetectorView({ region: 0.5, mosaic: 0.5, colour: 1 }, random);
    return makeDetectorView(
      plan,
      plan.tiles.map(() => picture),
      [],
      64,
      random,
    );
  });
  assert.deepEqual(a, b);
});

test('rate - rises, then falls to a twentieth', () => {
  const phase = { part: 'all', steps: 100, rate: 1 } as const;
  assert.equal(detectorRateAt(phase, 0), 0.1);
  assert.equal(detectorRateAt(phase, 10), 1);
  assert.ok(detectorRateAt(phase, 50) < detectorRateAt(phase, 20));
  assert.ok(Math.abs(detectorRateAt(phase, 99) - 0.05) < 0.01);
});

test('recipe - hundreds of drawn pictures train more of a network that knows animals, and for longer', () => {
  const stepsOf = (pictures: number) =>
    detectorRecipe('pre', 'yolox-nano', 'all', pictures).phases.reduce((sum, { steps }) => sum + steps, 0);
  const parts = (pictures: number) =>
    detectorRecipe('pre', 'yolox-nano', 'all', pictures).phases.map(({ part }) => part);
  assert.deepEqual(parts(25), ['head', 'neck']);
  assert.deepEqual(parts(300), ['head', 'top']);
  assert.ok(stepsOf(25) < stepsOf(300) && stepsOf(300) < stepsOf(1000));
  assert.equal(stepsOf(1000), stepsOf(10_000));
  const frames = detectorRecipe('main', 'yolox-nano', 'all', 1000);
  assert.deepEqual(frames, detectorRecipe('main', 'yolox-nano', 'all', 25));
});

test('pictures - each is drawn by its share', async () => {
  const pictures = new DecodedPictures([{ ...scene[0]!, draw: 3, boxes: [] }, ...scene.slice(1)], 1e8);
  const random = seededRandom(1);
  let count = 0;
  for (let i = 0; i < 600; i += 1) if ((await pictures.draw(random)).boxes.length === 0) count += 1;
  assert.ok(Math.abs(count / 600 - 3 / 8) < 0.06, `${count} of 600`);
});

/** A bright square on a dark ground, in another place in each picture. */
const scene: DetectorExample[] = Array.from({ length: 6 }, (_, i) => {
  const box: Box = [20 + i * 25, 30 + ((i * 47) % 60), 40, 50];
  const raster = filled(240, 160, [60, 80, 50]);
  paint(raster, box, [200, 160, 90]);
  return { name: `scene ${i}`, jpeg: () => encodePng(raster), boxes: [{ box, label: 'deer', weight: 1 }] };
});
const quick: TrainDetectorOptions = {
  examples: scene,
  heldOut: [],
  classes: ['deer'],
  start: { kind: 'random' },
  recipe: 'pre',
  changes: { phases: [{ part: 'all', steps: 6, rate: 2e-3 }], batch: 2, evaluateEvery: 3 },
  seed: 1,
};

test('training - a seed gives the same model, the loss falls, no tensor is left', {
  timeout: 300_000,
}, async () => {
  const before = tf.memory().numTensors;
  const losses: number[] = [];
  const first = await trainDetector({ ...quick, onProgress: ({ loss }) => void losses.push(loss.total) });
  const second = await trainDetector(quick);
  assert.equal(tf.memory().numTensors, before);
  const card = readDetectorCard(first.files);
  assert.equal(card.id, readDetectorCard(second.files).id);
  assert.deepEqual(card.trainedOn.examples, 6);
  assert.equal(first.history.at(-1)?.step, 6);
  assert.ok(losses[1]! < losses[0]!, losses.join(' '));
});

test('training - goes on from a model, with other classes too', { timeout: 300_000 }, async () => {
  const changes = { phases: [{ part: 'head', steps: 1, rate: 1e-4 } as const], batch: 2 };
  const { files } = await trainDetector({ ...quick, changes });
  const boars = scene.map((e) => ({ ...e, boxes: e.boxes.map((b) => ({ ...b, label: 'boar' })) }));
  const next = await trainDetector({
    ...quick,
    examples: [...scene, ...boars],
    heldOut: scene.slice(0, 2),
    classes: ['boar', 'deer'],
    start: { kind: 'model', files },
    recipe: 'main',
    changes,
  });
  const card = readDetectorCard(next.files);
  assert.equal(card.start, readDetectorCard(files).id);
  assert.deepEqual(card.outputs, ['boar', 'deer']);
  assert.equal(next.history.at(-1)?.heldOut?.images, 2);
});

test('training - stops when it is told to, and lets the event loop turn between steps', {
  timeout: 300_000,
}, async () => {
  const stop = new AbortController();
  let turns = 0;
  let over = false;
  const turn = () => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  turn();
  const changes = { ...quick.changes, evaluateEvery: 1 };
  const onProgress = ({ step }: { step: number }) => {
    if (step === 2) stop.abort(new Error('enough'));
  };
  await assert.rejects(trainDetector({ ...quick, changes, onProgress, signal: stop.signal }), /enough/);
  over = true;
  assert.ok(turns > 2, `${turns} turns`);
});

test('training - nothing to learn from, and a label that is not trained, are refused', async () => {
  const empty = scene.map((e) => ({ ...e, boxes: [] }));
  await assert.rejects(trainDetector({ ...quick, examples: empty }), UsageError);
  await assert.rejects(
    trainDetector({ ...quick, classes: ['boar'] }),
    /class that is not trained; found deer/,
  );
});

function filled(width: number, height: number, rgb: readonly number[]): Raster {
  return { data: Uint8Array.from({ length: width * height * 3 }, (_, i) => rgb[i % 3]!), width, height };
}

function paint({ data, width }: Raster, [x, y, w, h]: Box, rgb: readonly number[]): void {
  for (let row = y; row < y + h; row += 1) {
    for (let column = x; column < x + w; column += 1) data.set(rgb, (row * width + column) * 3);
  }
}

/** NaN where nothing of the box is inside. */
function mean(pixels: Uint8ClampedArray, side: number, [x, y, w, h]: Box): number {
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, Math.round(y)); row < Math.min(side, y + h); row += 1) {
    for (let column = Math.max(0, Math.round(x)); column < Math.min(side, x + w); column += 1, count += 1) {
      sum += pixels[(row * side + column) * 3 + 1]!;
    }
  }
  return sum / count;
}

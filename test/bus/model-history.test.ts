/** What is known of models in the studio: a trainer trains them on drawn pictures, over a real bus. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { storeDataset } from '../../pipeline/domain/datasets/store.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { runJob } from '../../pipeline/runtime/jobs/job.ts';
import type { DatasetItem } from '../../schemas/dataset.ts';
import { Image } from '../../schemas/image.ts';
import type { Cause } from '../../schemas/terms.ts';
import type { ModelView } from '../../stages/filter/studio/api.ts';
import { trainer } from '../../stages/trainer/stage.ts';
import { brightSquares } from '../fixtures/bright-squares.ts';
import { startStage } from './stage-bed.ts';
import { Person, startStudio } from './studio-bed.ts';
import { clipId, type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
let bus: Bus;
let dataset: string;
const signal = AbortSignal.timeout(240_000);

/** Of each picture: two to learn from, four drawn ones to score on, two to score on that nobody drew. */
const PARTS: readonly (readonly [DatasetItem['split'], Cause])[] = [
  ...Array<[DatasetItem['split'], Cause]>(2).fill(['train', 'hand']),
  ...Array<[DatasetItem['split'], Cause]>(4).fill(['held-out', 'hand']),
  ...Array<[DatasetItem['split'], Cause]>(2).fill(['held-out', 'detected']),
];
const drawnOn = new Set([2, 3, 4, 5].map(clipId));

before(async () => {
  await openBackend('wasm');
  bed = await testbed();
  bus = await bed.open();
  const items: DatasetItem[] = [];
  for (const [i, { name, jpeg, boxes }] of brightSquares(PARTS.length).entries()) {
    const [split, cause] = PARTS[i]!; // as many as pictures
    const facts = { clip: clipId(i), index: 0, width: 240, height: 160 };
    const payload = Uint8Array.from(await jpeg());
    await bus.publish(outgoing(Image, facts, facts, { payload }));
    const all = boxes.map(({ box: [x, y, w, h], label }) => ({
      ...{ box: [x, y, w, h] as [number, number, number, number], label, cause, weight: 1, risk: 0 },
    }));
    items.push({ ...facts, name, split, boxes: all });
  }
  dataset = await storeDataset(bus, { classes: ['deer'], items });
});
after(() => bed.close());

describe('models in the studio', { timeout: 300_000 }, () => {
  test('say how they scored on what was drawn, what they do worst there, and why they are used or not', async (t) => {
    startStage(t, bed.server.url, trainer, { backend: 'wasm' });
    const first = await runJob(
      bus,
      'pre',
      { dataset, start: { from: 'random' }, seed: 1, steps: 2 },
      { signal },
    );
    const { model } = first.result;
    const next = await runJob(
      bus,
      'main',
      { dataset, start: { from: 'model', model }, seed: 2, steps: 2 },
      { signal },
    );
    const mika = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    const models = async () => {
      const all = await mika.get<ModelView[]>('/api/models');
      return ['pre', 'main'].map((name) => all.find((view) => view.name === name) ?? assert.fail(name));
    };
    const [pre, main] = await models();
    assert.equal(pre?.why, 'no other model is active');
    assert.equal(pre?.active, true);
    assert.equal(pre?.drawn?.scores.images, 4);
    assert.deepEqual(pre?.drawn, first.result.drawn);
    assert.deepEqual(main?.drawn, next.result.drawn);
    assert.equal(main?.drawn?.startScores?.images, 4, 'beside what it started from');
    const [low = 0, high = 0] = main?.drawn?.interval ?? [];
    assert.ok(low >= 0 && high - low > 0.4, `four pictures say little: ${low} to ${high}`);
    assert.match(main?.why ?? '', /AP50:95 .* of the active model on 4 hand-drawn .*chance makes/);
    assert.equal(main?.why, next.result.why);

    assert.ok(pre?.mistakes?.length, 'two steps teach nothing');
    for (const { clip, index, kind, box } of pre.mistakes) {
      assert.ok(drawnOn.has(clip), `${clip} was drawn on`);
      assert.equal(index, 0);
      assert.ok(['missed', 'invented', 'misplaced'].includes(kind));
      assert.equal(box.length, 4);
      const picture = await mika.request('GET', `/api/clips/${clip}/frames/${index}`);
      assert.equal(picture.status, 200, 'of no clip that was found, and yet there');
    }

    await mika.ok('POST', `/api/models/${main?.model}/activate`);
    const [before, now] = await models();
    assert.deepEqual([before?.active, now?.active], [false, true]);
    assert.equal(before?.why, 'no other model is active');
    assert.match(now?.why ?? '', /^a person chose it; after its training: AP50:95/);
  });
});

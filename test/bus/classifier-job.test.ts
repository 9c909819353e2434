/**
 * A classifier's training and an explanation by it as jobs: a real server with a user a stage, trainer and explainer as
 * processes that may do no more than in production.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { authorization } from '../../deploy/permissions.ts';
import { noMeters } from '../../pipeline/app/jobs/meter.ts';
import {
  type ClassifierPlan,
  type ClassifierTrainResult,
  trainOnPictures,
} from '../../pipeline/app/jobs/train-classifier.ts';
import type { ClassPicture } from '../../pipeline/domain/datasets/class-pictures.ts';
import { fetchDataset } from '../../pipeline/domain/datasets/store.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readClassifierCard } from '../../pipeline/domain/models/classifier/card.ts';
import { readClassifierTraining } from '../../pipeline/domain/models/classifier/training.ts';
import { activeModel, fetchModel, storedModels } from '../../pipeline/domain/models/registry.ts';
import { storeWeights } from '../../pipeline/domain/models/weights/stored.ts';
import { seededRandom } from '../../pipeline/domain/statistics/seeded-random.ts';
import { encodeJpeg, resizeRegion } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { runJob } from '../../pipeline/runtime/jobs/job.ts';
import { Dead } from '../../schemas/dead.ts';
import { writeKerasWeights } from '../fixtures/keras-weights.ts';
import { type Running, start } from '../processes/shika.ts';
import { collected, type Testbed, testbed } from './testbed.ts';

/** How much of red, green and blue. */
const tints = { green: [0, 1, 0], red: [1, 0, 0], blue: [0, 0, 1] } as const;
type Tint = keyof typeof tints;

/** Soft shapes in one colour: each its own picture. */
async function tinted(tint: Tint, seed: number): Promise<Uint8Array> {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) =>
    Math.floor((160 + 95 * random.next()) * tints[tint][i % 3]!),
  );
  const raster = await resizeRegion({ data, width: 12, height: 8 }, [0, 0, 12, 8], 96, 64);
  return encodeJpeg(raster, 90);
}

function pictures(classes: readonly Tint[]): ClassPicture[] {
  return (['train', 'held-out'] as const).flatMap((split) =>
    classes.flatMap((tint, label) =>
      Array.from({ length: split === 'train' ? 10 : 5 }, (_, i) => ({
        name: `${tint}/${split}-${i}.jpg`,
        label,
        split,
        bytes: () => tinted(tint, 1000 * label + i + (split === 'train' ? 0 : 500)),
      })),
    ),
  );
}

describe('classifier as a job', { timeout: 300_000 }, () => {
  let bed: Testbed;
  let bus: Bus;
  let folder: string;
  let plan: ClassifierPlan;
  let stages: Running[];
  let first: ClassifierTrainResult;

  const trained = (classes: readonly Tint[], more: Partial<ClassifierPlan> = {}) =>
    trainOnPictures(pictures(classes), classes, { ...plan, ...more }, context());
  const process = (stage: string): Running =>
    start(['stage', stage], {
      NATS_URL: bed.server.url,
      SHIKA_BUS_USER: stage,
      SHIKA_BUS_PASSWORD: 'secret',
    });
  const context = () => ({ bus, meters: noMeters, signal: AbortSignal.timeout(120_000) });

  before(async () => {
    const users = (await authorization()).replace(/\$SHIKA_PASSWORD_\w+/g, 'secret');
    bed = await testbed({ config: users });
    bus = await bed.open({ user: 'person', password: 'secret' });
    folder = await mkdtemp(join(tmpdir(), 'shika-classifier-job-'));
    await openBackend('wasm');
    const brought = await storeWeights(bus, await writeKerasWeights(folder));
    plan = { start: { from: 'stored', ...brought }, seed: 1, recipe: 'note', epochs: 300 };
    stages = ['trainer', 'explainer'].map(process);
    const gone = stages.map(async ({ ended }) => {
      throw new Error(`a stage stopped: ${(await ended).stderr}`);
    });
    for (const one of gone) one.catch(() => {}); // in the end all of them stop
    first = await Promise.race([trained(['green', 'red']), ...gone]);
  });
  after(async () => {
    for (const { child } of stages) child.kill('SIGTERM');
    await Promise.all(stages.map(({ ended }) => ended));
    await bed.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('the model is in the store with its card and what is told of its training', async () => {
    const files = await fetchModel(bus, first.model);
    const card = readClassifierCard(files);
    assert.deepEqual(card.classes, ['green', 'red']);
    assert.equal(card.start, 'model.json');
    assert.equal(card.trainedOn.examples, 20);
    assert.equal(card.scores?.images, 10);
    assert.ok((card.scores?.accuracy ?? 0) >= 0.8, `${card.scores?.accuracy}`);
    assert.deepEqual(await storedModels(bus), [first.model]);
    const training = readClassifierTraining(files);
    assert.deepEqual(training?.classes, [
      { name: 'green', train: 10, heldOut: 5 },
      { name: 'red', train: 10, heldOut: 5 },
    ]);
    assert.equal(training?.epochs.length, 300);
    assert.deepEqual(training?.leftOut, []);
    assert.equal(training?.backend, 'wasm');
  });

  test('it says how far it is, step by step, and its scores at the end', () => {
    const steps = [...new Set(first.history.map(({ step }) => step))];
    assert.deepEqual(steps, ['training pictures', 'held-out pictures', 'features', 'last layer', 'scoring']);
    assert.ok(first.history.some(({ loss }) => loss !== undefined));
    assert.equal(first.scores?.images, 10);
    assert.equal(first.examples, 20);
  });

  test('it is the active classifier, and no detector is', async () => {
    assert.equal(first.promoted, true);
    assert.equal((await activeModel(bus, 'classifier'))?.model, first.model);
    assert.equal(await activeModel(bus, 'detector'), undefined);
  });

  test('the same job with the same seed gives the same model, which stays active', async () => {
    const again = await trained(['green', 'red']);
    assert.equal(again.model, first.model);
    assert.equal(again.dataset, first.dataset);
  });

  test('a trainer that stops in the middle gives the job back: the next one ends with the same model', async () => {
    const meter = { update: () => void stopped.resolve(), print() {}, done() {} };
    const stopped = Promise.withResolvers<void>();
    const [trainer] = stages;
    const again = trainOnPictures(pictures(['green', 'red']), ['green', 'red'], plan, {
      ...context(),
      meters: { start: (name) => (name === 'last layer' ? meter : noMeters.start(name)) },
    });
    await stopped.promise;
    trainer?.child.kill('SIGTERM');
    stages.push(process('trainer'));
    assert.equal((await again).model, first.model);
    const left = await trainer?.ended;
    assert.equal(left?.code, 0);
    assert.equal(left?.stderr.match(/"msg":"trained"/g)?.length, 2, 'it did not end this one');
  });

  test('one that knows a class more is judged by what both know; one that forgot a class stays out', async () => {
    const fewer = await trained(['green', 'blue']);
    assert.equal(fewer.promoted, false);
    assert.match(fewer.why, /does not know red/);
    const more = await trained(['green', 'red', 'blue']);
    assert.match(more.why, /on 10 held-out pictures/);
  });

  test('weights that are not there: the job fails with the reason, and is dead', async () => {
    const start = { from: 'stored', weights: '0123456789abcdef', name: 'other.h5' } as const;
    await assert.rejects(trained(['green', 'red'], { start }), (error) => {
      assert.ok(error instanceof PoisonError);
      assert.match(error.message, /weights other\.h5 are not on the bus/);
      return true;
    });
    const dead = await collected(bus.stored(Dead));
    assert.deepEqual(
      dead.map(({ body }) => [body.stage, body.subject]),
      [['trainer', 'job.train.classifier']],
    );
  });

  test('an explanation may name the classifier, or the active one', async () => {
    const { clip, index } = (await fetchDataset(bus, first.dataset)).items[0]!; // it has thirty
    const asked = { clip, index, box: null, truth: 'green', method: 'cam' as const };
    for (const more of [{ model: first.model }, { model: null, modelKind: 'classifier' as const }]) {
      const whole = { ...asked, ...more, region: null };
      const part = { ...asked, ...more, region: [0, 0, 64, 64] as [number, number, number, number] };
      for (const question of [whole, part]) {
        const { job } = await runJob(bus, 'explain', question, { signal: context().signal });
        const files = await bus.objects.getFolder('explanations', job);
        const result = JSON.parse(new TextDecoder().decode(files?.get('result.json')));
        assert.equal(result.truth, 'green');
        assert.equal(result.predictions.length, more.model ? 2 : result.predictions.length);
        const cells = result.map.width * result.cell[0];
        assert.equal(Math.round(cells), question.region ? 64 : 96);
      }
    }
  });
});

/** A training job whose process is killed, through a real server and real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { storeDataset } from '../../pipeline/domain/datasets/store.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { findPendingJob, jobKey, rememberJob } from '../../pipeline/runtime/jobs/pending-job.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import type { DatasetItem } from '../../schemas/dataset.ts';
import { Image } from '../../schemas/image.ts';
import { subjectOf } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import { brightSquares } from '../fixtures/bright-squares.ts';
import { until } from '../processes/until.ts';
import { clipId, collected, progress, testbed } from './testbed.ts';

const COMMAND = resolve(import.meta.dirname, '../../pipeline/app/cli/shika.ts');

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

/** It is killed with the test, if it has not ended by itself. */
function startTrainer(t: TestContext): ChildProcess {
  const clean = Object.entries(process.env).filter(([name]) => !/^(SHIKA_|NATS_)/.test(name));
  const env = { ...Object.fromEntries(clean), NATS_URL: bed.server.url, SHIKA_TRAINER_BACKEND: 'wasm' };
  const child = spawn(process.execPath, [COMMAND, 'stage', 'trainer'], { env, stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function publishSquares(): Promise<string> {
  const items: DatasetItem[] = [];
  for (const [i, { name, jpeg, boxes }] of brightSquares(4).entries()) {
    const of = { clip: clipId(i), index: 0 };
    const size = { width: 240, height: 160 };
    await bus.publish(outgoing(Image, of, { ...of, ...size }, { payload: await jpeg() }));
    const drawn = boxes.map(({ box: [x, y, w, h], label }) => ({
      ...{ box: [x, y, w, h] as [number, number, number, number], label },
      ...{ cause: 'hand' as const, weight: 1, risk: 0 },
    }));
    items.push({ ...of, ...size, name, split: 'train', boxes: drawn });
  }
  return storeDataset(bus, { classes: ['deer'], items });
}

/** Two epochs from a random start. */
function ask(job: string, dataset: string): Promise<unknown> {
  const body = { job, kind: 'pre', dataset, start: { from: 'random' }, seed: 1, steps: 100 } as const;
  return bus.publish(outgoing(TrainJob, { kind: 'pre' }, body, { id: job }));
}

const epochOf = (body: Progress | undefined) =>
  body?.kind === 'pre' && body.state === 'running' ? body.progress.epoch : undefined;
const modelOf = (body: Progress | undefined) =>
  body?.kind === 'pre' && body.state === 'done' ? body.result.model : assert.fail('it is not done');
const last = async (job: string) => (await bus.last(Progress, subjectOf(Progress, { job })))?.body;
const ended = (job: string) =>
  until(async () => (await last(job))?.state === 'done', `the end of ${job}`, 240_000);

describe('training', { timeout: 600_000 }, () => {
  test('killed with SIGKILL in its second epoch, it goes on from the first and ends with the same model', async (t) => {
    const dataset = await publishSquares();
    await ask('broken', dataset);
    const first = startTrainer(t);
    await until(async () => epochOf(await last('broken')) === 1, 'the first epoch', 240_000);
    assert.deepEqual(await bus.objects.list('checkpoints'), ['broken']);
    first.kill('SIGKILL');
    await bus.giveBackWork(); // or its ack wait would have to end first
    startTrainer(t);
    await ended('broken');
    const said = await collected(bus.stored(Progress, { job: 'broken' }));
    assert.deepEqual(
      said.map(({ body }) => {
        if (body.kind !== 'pre' || body.state !== 'running') return body.state;
        const { epoch, step, resumedFrom } = body.progress;
        return [epoch, step, resumedFrom];
      }),
      [[1, 50, undefined], [1, 50, 50], [2, 100, undefined], 'done'],
    );
    await ask('unbroken', dataset);
    await ended('unbroken');
    assert.equal(modelOf(await last('broken')), modelOf(await last('unbroken')));
    await until(async () => (await bus.objects.list('checkpoints')).length === 0, 'no checkpoint is left');
  });
});

describe('a job that was asked for', { timeout: 300_000 }, () => {
  const question = { dataset: '0123456789abcdef', start: { from: 'random' }, seed: 1 } as const;
  const key = jobKey('pre', question);

  test('never, or of another question: there is none', async () => {
    assert.notEqual(jobKey('pre', { ...question, seed: 2 }), key);
    assert.notEqual(jobKey('main', question), key);
    assert.equal(await findPendingJob(bus, key, true), null);
  });

  test('is found until it has failed', async () => {
    await ask('asked', await publishSquares());
    await rememberJob(bus, key, { job: 'asked', ended: false });
    assert.deepEqual(await findPendingJob(bus, key, false), { job: 'asked', lastSequence: 0 });
    await bus.publish(progress('asked', 1));
    assert.ok((await findPendingJob(bus, key, false))!.lastSequence > 0);
    await bus.publish(new JobReport('pre', 'asked').failed('no reason'));
    assert.equal(await findPendingJob(bus, key, true), null);
  });

  test('that is done is found only by who wants the answer again', async () => {
    const promotion = { model: '0123456789abcdef', promoted: true, why: 'no other model is active' };
    await bus.publish(
      new JobReport('pre', 'told').done({ ...promotion, scores: null, startScores: null, drawn: null }),
    );
    for (const ended of [false, true]) {
      await rememberJob(bus, key, { job: 'told', ended });
      assert.equal(await findPendingJob(bus, key, false), null);
      assert.equal((await findPendingJob(bus, key, true))?.job, 'told');
    }
  });
});

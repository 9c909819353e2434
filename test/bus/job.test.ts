/** Asking for a job and following it to its end, through a real server; the test answers in the stage's place. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { runOrJoinJob } from '../../pipeline/runtime/jobs/job.ts';
import { jobKey, rememberJob } from '../../pipeline/runtime/jobs/pending-job.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { DatasetJob } from '../../schemas/dataset-job.ts';
import { type Testbed, testbed } from './testbed.ts';

const { job: _, kind, ...question } = DatasetJob.examples.valid;
const signal = AbortSignal.timeout(30_000);

describe('a job', { timeout: 300_000 }, () => {
  let bed: Testbed;
  let bus: Bus;
  before(async () => {
    bed = await testbed();
    bus = await bed.open();
  });
  after(() => bed.close());

  test('that was cut short and began anew: what it told again counts once', async () => {
    const messages = new JobReport('dataset', 'again');
    for (const [i, done] of [1, 2, 1, 2, 3].entries()) {
      await bus.publish(messages.running({ done, total: 3 }, `${i}`));
    }
    const result = { dataset: '0123456789abcdef', pictures: 20, boxes: 24 };
    await bus.publish(messages.done(result));
    await rememberJob(bus, jobKey(kind, question), { job: 'again', ended: true });
    const outcome = await runOrJoinJob(bus, kind, question, { signal, orDone: true });
    assert.deepEqual(outcome, {
      job: 'again',
      result,
      history: [1, 2, 3].map((done) => ({ done, total: 3 })),
    });
  });

  test('that still runs is joined: its progress is told from the last on, and why it failed', async () => {
    const job = 'failing';
    const messages = new JobReport('dataset', job);
    await bus.publish(outgoing(DatasetJob, { job }, { ...question, job, kind }));
    for (const done of [1, 2]) await bus.publish(messages.running({ done, total: 3 }, `${done}`));
    await rememberJob(bus, jobKey(kind, question), { job, ended: false });
    const told: number[] = [];
    const onProgress = ({ done }: { readonly done: number }) => {
      told.push(done);
      if (done === 2) void bus.publish(messages.failed('there is nothing to train on'));
    };
    await assert.rejects(runOrJoinJob(bus, kind, question, { signal, onProgress }), (error) => {
      assert.ok(error instanceof PoisonError);
      assert.equal(error.message, 'there is nothing to train on');
      return true;
    });
    assert.deepEqual(told, [2]);
  });

  test('whose name another kind’s job has is refused', async () => {
    const promotion = { model: '0123456789abcdef', promoted: true, why: 'no other model is active' };
    await bus.publish(
      new JobReport('pre', 'other').done({ ...promotion, scores: null, startScores: null, drawn: null }),
    );
    await rememberJob(bus, jobKey(kind, question), { job: 'other', ended: true });
    await assert.rejects(runOrJoinJob(bus, kind, question, { signal, orDone: true }), /of another kind/);
  });
});

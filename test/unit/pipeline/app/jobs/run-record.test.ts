import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RunRecord, runDigest } from '../../../../../pipeline/app/jobs/run-record.ts';

const parent = await mkdtemp(join(tmpdir(), 'shika-record-'));
after(() => rm(parent, { recursive: true }));
const folder = (name: string) => join(parent, name, '.shika');

test('run record - the same run goes on where it was cut short, another or one told to begin anew does not', () => {
  const of = runDigest({ clips: ['a'] });
  const first = new RunRecord(folder('a'), of);
  assert.equal(first.goesOn, false);
  first.begin();
  assert.equal(new RunRecord(folder('a'), of).goesOn, true);
  assert.equal(new RunRecord(folder('a'), of, true).goesOn, false);
  assert.equal(new RunRecord(folder('a'), runDigest({ clips: ['b'] })).goesOn, false);
  first.end();
  assert.equal(new RunRecord(folder('a'), of).goesOn, false);
});

test('run record - a step’s time is that of all attempts', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const first = new RunRecord(folder('b'), 'x');
  first.begin();
  await assert.rejects(
    first.timed('annotate', async () => {
      now += 1_500;
      throw new Error('cut');
    }),
    /cut/,
  );
  const second = new RunRecord(folder('b'), 'x');
  const before = second.seconds.annotate ?? 0;
  assert.equal(before, 1.5);
  await second.timed('annotate', async () => {
    now += 2_250;
  });
  assert.equal(second.seconds.annotate, 3.75);
  assert.deepEqual(new RunRecord(folder('b'), 'other').seconds, {});
});

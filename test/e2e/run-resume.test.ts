/** `shika run` that is killed with everything that it started, twice, and typed again. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeDemo } from '../../pipeline/app/demo/demo.ts';
import type { RunSummary } from '../../pipeline/app/results/summary.ts';
import { accountedFor } from '../../schemas/terms.ts';
import { shika, start } from '../processes/shika.ts';
import { untilPrinted } from '../processes/until-printed.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-run-resume-'));
after(() => rm(folder, { recursive: true, force: true }));

test('run - killed while it trains and while it annotates, it goes on each time and its ledger adds up', {
  timeout: 800_000,
}, async () => {
  const demo = await writeDemo(join(folder, 'input'));
  const out = join(folder, 'out');
  const command = [
    ...['run', demo.clip, '--hand', demo.hand, '--hand', demo.first, '--out', out, '--json'],
    ...['--start', 'random', '--steps', '60', '--explanations', '0'],
  ];
  for (const moment of [/pre-training: 80 %|pre-training: 50 %/, /annotating: 10 %/]) {
    const { child, ended } = start(command);
    await untilPrinted({ child, ended }, moment);
    child.kill('SIGKILL');
    await ended;
  }
  const { code, stderr, result } = await shika(command);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /going on with the run that was cut short in/);
  assert.doesNotMatch(stderr, /going on from step/, 'pre-training had ended');
  const [clip] = (result as RunSummary).clips;
  assert.equal(accountedFor(clip!.ledger!), 160);
  assert.ok(existsSync(join(out, 'report.html')));
  assert.ok(!existsSync(join(out, '.shika', 'run.json')), 'the same again begins anew');
});

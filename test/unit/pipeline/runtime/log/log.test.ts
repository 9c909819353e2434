import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const LOG = resolve(import.meta.dirname, '../../../../../pipeline/runtime/log/log.ts');

/** What a program that logs writes. */
async function written(program: string): Promise<{ stdout: string; stderr: string }> {
  const source = `import { createLog } from ${JSON.stringify(LOG)}; const log = createLog('decoder', 'info'); ${program}`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', source]);
}

test('log - one JSON line an event on standard error; secrets are hidden, what is below the level is left out', async () => {
  const { stdout, stderr } = await written(`
    log.debug('unseen');
    log.info({ password: 'hunter2', bus: { password: 'hunter2', token: 'hunter2', user: 'decoder' } }, 'configured');
    log.child({ clip: 'c', index: 7 }).error({ why: 'no', err: new Error('no') }, 'dead');
    process.exit(0);
  `);
  assert.equal(stdout, '');
  assert.ok(!stderr.includes('hunter2'));
  const [first, second, ...more] = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(more, []);
  const { time, ...rest } = first;
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    level: 'info',
    stage: 'decoder',
    msg: 'configured',
    password: '[hidden]',
    bus: { password: '[hidden]', token: '[hidden]', user: 'decoder' },
  });
  assert.deepEqual([second.level, second.clip, second.index, second.why], ['error', 'c', 7, 'no']);
  assert.match(second.err.stack, /Error: no/);
});

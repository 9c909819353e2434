/** Standard output and error on a full disk: Linux has a device that is one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { shika } from '../processes/shika.ts';
import { until } from '../processes/until.ts';

const COMMAND = resolve(import.meta.dirname, '../../pipeline/app/cli/shika.ts');
const skip = existsSync('/dev/full') ? false : 'there is no /dev/full here';
const folder = await mkdtemp(join(tmpdir(), 'shika-output-'));
after(() => rm(folder, { recursive: true, force: true }));

function startOn(args: readonly string[], full: 'stdout' | 'stderr') {
  const device = openSync('/dev/full', 'w');
  const { NATS_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env,
    stdio: ['ignore', full === 'stdout' ? device : 'ignore', full === 'stderr' ? device : 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((done) =>
    child.once('close', (code) => done({ code, stderr })),
  );
  return { child, ended };
}

test('output - `up` lives on while not one line of its log can be written', {
  skip,
  timeout: 600_000,
}, async (t) => {
  const out = join(folder, 'out');
  const { child, ended } = startOn(['up', '--no-stages', '--out', out], 'stderr');
  t.after(() => child.kill('SIGKILL'));
  await until(() => existsSync(join(out, '.shika/address.json')), 'a server is being started', 60_000);
  const { code, stderr } = await shika(['models', 'list', '--out', out]);
  assert.equal(code, 0, stderr);
  assert.equal(child.exitCode, null, 'it lives');
  child.kill('SIGINT');
  assert.equal((await ended).code, 0);
});

test('output - a result that can’t be written is no success', { skip }, async () => {
  const { code, stderr } = await startOn(['weights', 'list'], 'stdout').ended;
  assert.equal(code, 1);
  assert.match(stderr, /the result can’t be written: ENOSPC/);
});

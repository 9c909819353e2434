/** `shika logs`: what was rotated comes first. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { shika } from '../processes/shika.ts';

test('logs - of each process what was written first comes first', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shika-logs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const logs = join(folder, '.shika', 'logs');
  await mkdir(logs, { recursive: true });
  for (const [name, msg] of [
    ['decoder.log', 'third'],
    ['decoder.log.1', 'second'],
    ['decoder.log.2', 'first'],
    ['tracker.log', 'another'],
  ] as const)
    await writeFile(join(logs, name), `${JSON.stringify({ level: 'info', msg })}\n`);
  const { code, stdout } = await shika(['logs', 'decoder', '--out', folder]);
  assert.equal(code, 0);
  assert.match(stdout, /first[\s\S]*second[\s\S]*third/);
  assert.doesNotMatch(stdout, /another/);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import project from '../../../../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../../../../..');
const run = promisify(execFile);

test('shika - runs on its own Node through links from anywhere, whatever node the PATH has', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'shika-launcher-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  // As `npm install -g .` links it: bin/shika -> lib/node_modules/shika/… -> the clone.
  await mkdir(join(dir, 'bin'));
  await symlink(root, join(dir, 'package'));
  await symlink(`../package/${project.bin.shika}`, join(dir, 'bin/shika'));
  await writeFile(join(dir, 'bin/node'), '#!/bin/sh\necho v20.0.0\n', { mode: 0o755 });
  const env = { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, HOME: dir };
  const { stdout } = await run('shika', ['--version'], { cwd: dir, env });
  assert.equal(stdout, `${project.version}\n`);
});

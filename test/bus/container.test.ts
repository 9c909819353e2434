/** The bus tests once more, with every server in a container. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { prepareImage, removeImage } from '../processes/container-server.ts';
import { noEngine } from '../processes/docker.ts';

const skip = process.env.SHIKA_TEST_NATS ? 'a server is named' : ((await noEngine()) ?? false);

test('every bus test holds on a server in a container', { skip, timeout: 600_000 }, async (t) => {
  await prepareImage();
  t.after(removeImage);
  const files: string[] = [];
  for await (const file of glob('*.test.ts', { cwd: import.meta.dirname })) {
    if (file !== basename(import.meta.filename)) files.push(join(import.meta.dirname, file));
  }
  assert.ok(files.length > 0);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // else the runner below takes itself for a test file
  const runner = spawn(
    process.execPath,
    ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files],
    {
      env: { ...env, SHIKA_TEST_SERVER: 'container' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  runner.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const code = await new Promise((done) => runner.once('exit', done));
  assert.equal(code, 0, output.slice(output.indexOf('✖ failing tests')));
  assert.match(output, /^ℹ pass [1-9]/m, output);
});

/** `shika stage` as it runs in production: a process of its own, told what to do by its environment and signals. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { until } from '../processes/until.ts';
import { type LogLine, type Testbed, testbed } from './testbed.ts';

const COMMAND = resolve(import.meta.dirname, '../../pipeline/app/cli/shika.ts');

let bed: Testbed;
let folder: string;
before(async () => {
  bed = await testbed();
  await bed.open(); // sets it up
  folder = await mkdtemp(join(tmpdir(), 'shika-stage-'));
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

interface StageProcess {
  readonly child: ChildProcess;
  /** What it wrote to standard error so far. */
  readonly said: () => string;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
}

/** It is killed with the test, if it has not ended by itself. */
function shika(
  test: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): StageProcess {
  const clean = Object.entries(process.env).filter(([name]) => !/^(SHIKA_|NATS_)/.test(name));
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  test.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once('close', (code, signal) => done({ code, signal }));
  });
  return { child, said: () => text, exited };
}

const linesOf = (text: string): LogLine[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('shika stage', { timeout: 300_000, concurrency: 2 }, () => {
  test('SIGTERM: it stops within a few seconds with code 0, and every line is of the schema', async (t) => {
    const { child, said, exited } = shika(t, ['stage', 'filter'], {
      NATS_URL: bed.server.url,
      SHIKA_LOG_STATS_S: '1',
    });
    await until(
      () => said().includes('"ready"') && said().includes('"stats"'),
      'ready, and a line of stats',
      60_000,
    );
    const began = Date.now();
    child.kill('SIGTERM');
    assert.deepEqual(await exited, { code: 0, signal: null });
    assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
    const lines = linesOf(said());
    for (const { time, level, stage, msg } of lines) {
      assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.match(String(level), /^(trace|debug|info|warn|error|fatal)$/);
      assert.equal(stage, 'filter');
      assert.equal(typeof msg, 'string');
    }
    assert.equal(lines.at(-1)?.msg, 'stopped');
  });

  const refused: readonly [what: string, yaml: string, env: Record<string, string>, said: RegExp][] = [
    [
      'a value out of bounds',
      'tracker: { lookahead: 0 }',
      {},
      /tracker\.lookahead must be >= 1; found 0; expected integer, 1 to 256/,
    ],
    [
      'an unknown key',
      'tracker: { lookahaed: 4 }',
      {},
      /unknown configuration key tracker\.lookahaed; expected one of .*lookahead/,
    ],
    [
      'an unknown variable',
      '',
      { SHIKA_FILTER_REVEIW: 'auto' },
      /SHIKA_FILTER_REVEIW is no configuration key; expected one of .*SHIKA_FILTER_REVIEW/,
    ],
  ];
  for (const [what, yaml, env, expected] of refused) {
    test(`${what}: code 78 at once, with key, found and expected`, async (t) => {
      const file = join(folder, `${what.replaceAll(' ', '-')}.yaml`);
      await writeFile(file, yaml);
      const { said, exited } = shika(t, ['stage', 'filter', '--config', file], {
        NATS_URL: bed.server.url,
        ...env,
      });
      assert.deepEqual(await exited, { code: 78, signal: null });
      assert.match(said(), expected);
      assert.equal(said().trim().split('\n').length, 1, 'one line, no stack');
    });
  }

  test('no server: code 78 after its connection timeout, with the address', async (t) => {
    const { said, exited } = shika(t, ['stage', 'filter'], {
      NATS_URL: 'nats://127.0.0.1:1',
      SHIKA_BUS_CONNECT_TIMEOUT_S: '1',
    });
    assert.deepEqual(await exited, { code: 78, signal: null });
    assert.match(said(), /no NATS server answers at nats:\/\/127\.0\.0\.1:1/);
  });

  test('a stage that is none: code 2, with those that are', async (t) => {
    const { said, exited } = shika(t, ['stage', 'filtre']);
    assert.deepEqual(await exited, { code: 2, signal: null });
    assert.match(said(), /'filtre' is invalid.*decoder, detector, tracker, filter, trainer, explainer/);
  });
});

/** What the tests themselves are held to. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** Files of `test`, from there; benches measure time, which is what they are for. */
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('bench/'),
);

describe('tests', () => {
  test('wait on events, not on the clock: one place asks again after a while', () => {
    const timers = /(?<![.\w])set(?:Timeout|Interval)\(/;
    const waiting = files.filter((file) => timers.test(readFileSync(join(root, 'test', file), 'utf8')));
    assert.deepEqual(waiting, ['processes/until.ts']);
  });

  test('of units lie where their source lies', () => {
    const folders = new Set(
      files.filter((file) => file.startsWith('unit/')).map((file) => dirname(file).slice(5)),
    );
    assert.deepEqual(
      [...folders].filter((folder) => !existsSync(join(root, folder))),
      [],
    );
  });
});

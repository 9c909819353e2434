import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { replaceFile, replaceFileBy, replaceFolder } from '../../../../pipeline/runtime/replace.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-replace-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('replace - a file is the old one until the new one is whole', async () => {
  const path = join(folder, 'made', 'labels.csv');
  await replaceFile(path, 'old');
  const failing = replaceFileBy(path, async (temporary) => {
    await writeFile(temporary, 'ne');
    throw new Error('disk full');
  });
  await assert.rejects(failing, /disk full/);
  assert.equal(await readFile(path, 'utf8'), 'old');
  await replaceFile(path, 'new');
  assert.equal(await readFile(path, 'utf8'), 'new');
});

test('replace - a folder is the old one until the new one is whole, and keeps nothing of the old one', async () => {
  const path = join(folder, 'dataset');
  const write = (...names: readonly string[]) =>
    replaceFolder(path, async (temporary) => {
      for (const name of names) {
        if (name === 'bad') throw new Error('no picture');
        await writeFile(join(temporary, name), name);
      }
    });
  await write('a', 'b');
  await assert.rejects(write('c', 'bad'), /no picture/);
  assert.deepEqual((await readdir(path)).sort(), ['a', 'b']);
  await write('c');
  assert.deepEqual(await readdir(path), ['c']);
});

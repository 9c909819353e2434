import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  addToFolder,
  replaceFile,
  replaceFileBy,
  replaceFolder,
} from '../../../../pipeline/runtime/replace.ts';
import { mountSmallDisk, NO_SMALL_DISK } from '../../../processes/small-disk.ts';

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

test('replace - two who write one file at once do not write into each other', async () => {
  const path = join(folder, 'both.csv');
  const first = Promise.withResolvers<void>();
  const slow = replaceFileBy(path, async (temporary) => {
    await writeFile(temporary, 'slow, the first half');
    await first.promise;
    await appendFile(temporary, ' and the second');
  });
  await replaceFile(path, 'fast');
  assert.equal(await readFile(path, 'utf8'), 'fast');
  first.resolve();
  await slow;
  assert.equal(await readFile(path, 'utf8'), 'slow, the first half and the second');
});

test('replace - what a writer left that was killed goes with the next one', async () => {
  const path = join(folder, 'left', 'labels.csv');
  const { pid } = spawnSync(process.execPath, ['-e', '']); // it has ended
  await replaceFile(path, 'old');
  await writeFile(`${path}.${pid}-1.unfinished`, 'hal');
  await writeFile(`${path}.${process.ppid}-1.unfinished`, 'of one that lives');
  await replaceFile(path, 'new');
  assert.deepEqual((await readdir(join(folder, 'left'))).sort(), [
    'labels.csv',
    `labels.csv.${process.ppid}-1.unfinished`,
  ]);
});

test('replace - on a full disk the old one stays, nothing of the new one does, and the disk is named', async (t) => {
  const disk = mountSmallDisk(join(folder, 'disk'), 1);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const file = join(disk.folder, 'labels.csv');
  const models = join(disk.folder, 'models');
  await replaceFile(file, 'old');
  await replaceFolder(models, (temporary) => writeFile(join(temporary, 'old'), 'old'));
  const much = new Uint8Array(2 ** 20);
  const full =
    /no room for .*disk\/\w+(\.csv)?, which is as it was before; found \d MiB of 1 MiB are free on the disk of/;
  await assert.rejects(replaceFile(file, much), full);
  await assert.rejects(
    replaceFolder(models, (temporary) => writeFile(join(temporary, 'new'), much)),
    full,
  );
  await assert.rejects(
    addToFolder(models, (temporary) => writeFile(join(temporary, 'new'), much)),
    full,
  );
  assert.deepEqual((await readdir(disk.folder, { recursive: true })).sort(), [
    'labels.csv',
    'models',
    'models/old',
  ]);
  assert.equal(await readFile(file, 'utf8'), 'old');
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

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  findWeightFiles,
  findWeights,
  getWeights,
  locateWeights,
  startNames,
} from '../../../../../../pipeline/domain/models/weights/weights.ts';
import { PoisonError, UsageError } from '../../../../../../pipeline/runtime/errors.ts';
import { dataPath, noData } from '../../../../../fixtures/shared-data.ts';

const files = ['nanotrack_v3_backbone.onnx', 'nanotrack_v3_head.onnx'];
const published = files.map((file) => dataPath(`weights/${file}`) ?? '');
const skip = published.every(Boolean) ? false : noData;
const isLinux = process.platform === 'linux'; // where the cache folder can be chosen
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-weights-'));
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
});
after(() => rm(folder, { recursive: true }));

test('weights - several files are taken from a folder that has them, and are found together', {
  skip: skip || !isLinux,
}, async () => {
  const from = join(folder, 'theirs');
  for (const [i, file] of files.entries()) await cp(published[i]!, join(from, file));
  const path = await getWeights('nanotrack', from);
  const cache = join(folder, 'cache/shika/weights');
  assert.equal(path, join(cache, files[0]!));
  assert.deepEqual(
    findWeightFiles('nanotrack'),
    files.map((file) => join(cache, file)),
  );
  assert.equal(findWeights('nanotrack'), path);
  await rm(join(cache, files[1]!)); // one alone is not enough
  assert.notEqual(findWeights('nanotrack'), path);
});

test('weights - nothing is kept of a folder in which one file is another one', {
  skip: !isLinux,
}, async () => {
  process.env.XDG_CACHE_HOME = join(folder, 'empty');
  for (const file of files) await writeFile(join(folder, file), 'something else');
  await assert.rejects(getWeights('nanotrack', folder), (error: unknown) => {
    assert.ok(error instanceof PoisonError);
    assert.match(error.message, /nanotrack_v3_backbone\.onnx is not nanotrack; found SHA-256/);
    return true;
  });
  await assert.rejects(readFile(join(folder, 'empty/shika/weights', files[0]!)), /ENOENT/);
});

test('weights - one file is not enough where there are several, and a missing one is named', async () => {
  const one = join(folder, 'one.onnx');
  await writeFile(one, '');
  await assert.rejects(getWeights('nanotrack', one), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /2 files.*a folder with nanotrack_v3_backbone\.onnx and nanotrack_v3_head/);
    return true;
  });
  await assert.rejects(getWeights('yolox-nano', join(folder, 'none.onnx')), /none\.onnx can't be read/);
});

test('weights - training does not start from those that only follow', () => {
  assert.ok(!startNames.includes('nanotrack'));
  assert.ok(startNames.includes('shika-tiny'));
  assert.throws(() => locateWeights('nanotrack'), /no weights nanotrack to start from/);
  assert.equal(locateWeights('shika-tiny').format, 'shika-tiny');
});

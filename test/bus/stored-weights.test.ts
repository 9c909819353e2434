import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fetchWeights, storeWeights } from '../../pipeline/domain/models/weights/stored.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { PoisonError, UsageError } from '../../pipeline/runtime/errors.ts';
import { type Testbed, testbed } from './testbed.ts';

describe('stored weights', () => {
  let bed: Testbed;
  let bus: Bus;
  let folder: string;
  const there = () => join(folder, 'there');
  before(async () => {
    bed = await testbed();
    bus = await bed.open();
    folder = await mkdtemp(join(tmpdir(), 'shika-stored-'));
  });
  after(async () => {
    await bed.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('one file arrives as it was, under its name', async () => {
    await writeFile(join(folder, 'net.h5'), 'weights');
    const stored = await storeWeights(bus, join(folder, 'net.h5'));
    assert.equal(stored.name, 'net.h5');
    const path = await fetchWeights(bus, stored, there());
    assert.equal(basename(path), 'net.h5');
    assert.equal(await readFile(path, 'utf8'), 'weights');
  });

  test('a model.json brings its binaries; named by file or by folder it is the same', async () => {
    await writeFile(join(folder, 'a.bin'), 'a');
    await writeFile(join(folder, 'b.bin'), 'b');
    const manifest = { weightsManifest: [{ paths: ['a.bin'] }, { paths: ['b.bin'] }] };
    await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
    const stored = await storeWeights(bus, join(folder, 'model.json'));
    assert.equal((await storeWeights(bus, folder)).weights, stored.weights);
    const path = await fetchWeights(bus, stored, there());
    for (const [name, content] of [
      ['a.bin', 'a'],
      ['b.bin', 'b'],
      ['model.json', JSON.stringify(manifest)],
    ] as const) {
      assert.equal(await readFile(join(path, name), 'utf8'), content);
    }
  });

  test('a file that is not there is a usage error, and so is one that lies elsewhere', async () => {
    await assert.rejects(storeWeights(bus, join(folder, 'none.h5')), UsageError);
    const manifest = { weightsManifest: [{ paths: ['../secret.bin'] }] };
    await writeFile(join(folder, 'out.json'), JSON.stringify(manifest));
    await assert.rejects(storeWeights(bus, join(folder, 'out.json')), /does not lie beside it/);
  });

  test('what is fetched stays in its folder, whatever it is called', async () => {
    const weights = '0123456789abcdef';
    await bus.objects.put('datasets', `weights.${weights}/../out.bin`, new Uint8Array(1));
    await assert.rejects(fetchWeights(bus, { weights, name: 'x' }, there()), PoisonError);
    await bus.objects.put('datasets', 'weights.fedcba9876543210/net.h5', new Uint8Array(1));
    const path = await fetchWeights(bus, { weights: 'fedcba9876543210', name: '../../net' }, there());
    assert.equal(path, join(there(), 'weights', 'net.h5'));
  });

  test('what nobody stored can’t be fetched', async () => {
    const none = { weights: 'aaaaaaaaaaaaaaaa', name: 'x' };
    await assert.rejects(fetchWeights(bus, none, there()), PoisonError);
  });
});

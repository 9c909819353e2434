import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) % 256);

describe('objects', { timeout: 300_000 }, () => {
  test('a file comes back as it was, also one of several chunks and an empty one', async () => {
    for (const length of [0, 1, 400_000]) {
      await bus.objects.put('models', `file-${length}`, bytes(length));
      const found = await bus.objects.get('models', `file-${length}`);
      assert.deepEqual(found && new Uint8Array(found), bytes(length));
    }
  });

  test('nothing of that name: null', async () => {
    assert.equal(await bus.objects.get('datasets', 'nobody'), null);
    assert.equal(await bus.objects.getFolder('datasets', 'nobody'), null);
  });

  test('the same name again replaces it', async () => {
    await bus.objects.put('datasets', 'twice', bytes(10));
    await bus.objects.put('datasets', 'twice', bytes(20));
    assert.equal((await bus.objects.get('datasets', 'twice'))?.length, 20);
    assert.deepEqual(await bus.objects.list('datasets', 'twice'), ['twice']);
  });

  test('deleted: as if it had never been; deleting what is not there does nothing', async () => {
    await bus.objects.put('checkpoints', 'gone', bytes(300_000));
    await bus.objects.delete('checkpoints', 'gone');
    await bus.objects.delete('checkpoints', 'never');
    assert.equal(await bus.objects.get('checkpoints', 'gone'), null);
    assert.deepEqual(await bus.objects.list('checkpoints'), []);
  });

  test('a folder comes back as it was, and no other folder with it', async () => {
    const files = new Map([
      ['model.json', new TextEncoder().encode('{"layers": []}')],
      ['weights.bin', bytes(300_000)],
      ['card.json', bytes(0)],
    ]);
    await bus.objects.putFolder('models', 'a1', files);
    await bus.objects.putFolder('models', 'a12', new Map([['other', bytes(3)]]));
    const found = await bus.objects.getFolder('models', 'a1');
    assert.deepEqual([...(found?.keys() ?? [])].sort(), [...files.keys()].sort());
    for (const [name, content] of files)
      assert.deepEqual(new Uint8Array(found?.get(name) ?? []), content, name);
  });

  test('files asked for by name come without the list of all; those that are not there are left out', async (t) => {
    await bus.objects.putFolder('explanations', 'job', new Map([['figure.png', bytes(2_500_000)]]));
    const list = t.mock.method(bus.objects, 'list');
    const found = await bus.objects.getFiles('explanations', 'job', ['figure.png', 'overlay.png']);
    assert.deepEqual([...found.keys()], ['figure.png']);
    assert.deepEqual(new Uint8Array(found.get('figure.png') ?? []), bytes(2_500_000));
    assert.equal(list.mock.callCount(), 0);
    await bus.objects.delete('explanations', 'job/figure.png');
  });

  test('list - sorted, by prefix; stores are apart', async () => {
    await bus.objects.put('explanations', 'b', bytes(1));
    await bus.objects.put('explanations', 'a/2', bytes(1));
    await bus.objects.put('explanations', 'a/1', bytes(1));
    assert.deepEqual(await bus.objects.list('explanations'), ['a/1', 'a/2', 'b']);
    assert.deepEqual(await bus.objects.list('explanations', 'a/'), ['a/1', 'a/2']);
  });

  test('what was stored is there after the server was killed', async () => {
    await bus.objects.put('models', 'lasting', bytes(200_000));
    await bed.server.restart();
    const again = await bed.open();
    assert.equal((await again.objects.get('models', 'lasting'))?.length, 200_000);
  });
});

/** The classifier on some of the flowers, through the command line; the full figures are in its README. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { shika } from '../processes/shika.ts';

const flowers = dataPath('flowers');
const weights = dataPath('weights/mobilenet_v2_1.0_224_no_top.h5');
const skip = (flowers === undefined || weights === undefined) && noData;
const folder = await mkdtemp(join(tmpdir(), 'shika-flowers-'));
after(() => rm(folder, { recursive: true, force: true }));

/** The first pictures of each class. */
async function some(split: 'train' | 'eval', perClass: number): Promise<string> {
  const from = join(flowers ?? '', split);
  for (const label of await readdir(from)) {
    await mkdir(join(folder, split, label), { recursive: true });
    const names = (await readdir(join(from, label))).sort().slice(0, perClass);
    for (const name of names) await copyFile(join(from, label, name), join(folder, split, label, name));
  }
  return join(folder, split);
}

test('classifier - 20 pictures a class teach the last layer five flowers', { skip }, async () => {
  const [train, held] = [await some('train', 20), await some('eval', 10)];
  await writeFile(join(train, 'rose', 'notes.jpg'), 'no picture');
  const out = join(folder, 'model');
  const ran = await shika([
    'classifier',
    'train',
    train,
    '--eval',
    held,
    '--weights',
    weights ?? '',
    '--recipe',
    'note',
    '--out',
    out,
    '--json',
  ]);
  assert.equal(ran.code, 3, ran.stderr); // a picture was left out
  assert.match(ran.stderr, /left out: rose\/notes\.jpg/);
  const { accuracy, perClass, seconds, problems } = ran.result as {
    accuracy: number;
    perClass: Record<string, { precision: number; recall: number; n: number }>;
    seconds: number;
    problems: { kind: string; name: string }[];
  };
  assert.ok(accuracy >= 0.7, `${accuracy}`);
  assert.deepEqual(Object.keys(perClass), ['daisy', 'dandelion', 'rose', 'sunflower', 'tulip']);
  assert.equal(perClass.rose?.n, 10);
  assert.ok(seconds > 0);
  assert.ok(problems.some(({ kind, name }) => kind === 'unreadable' && name === 'rose/notes.jpg'));
  const report = await readFile(join(out, 'report.html'), 'utf8');
  for (const said of ['Classifier of daisy,', 'Worst mistakes', 'rose/notes.jpg', 'Epochs in numbers']) {
    assert.ok(report.includes(said), said);
  }

  const picture = join(held, 'sunflower', (await readdir(join(held, 'sunflower')))[0] ?? '');
  const said = await shika(['classifier', 'predict', picture, '--model', out, '--top', '2', '--json']);
  assert.equal(said.code, 0, said.stderr);
  const [one] = said.result as { image: string; predictions: { label: string; probability: number }[] }[];
  assert.equal(one?.image, picture);
  assert.equal(one?.predictions.length, 2);
  const all = await shika(['classifier', 'predict', held, '--model', out, '--json']);
  assert.equal(all.code, 0, all.stderr);
  assert.ok((all.result as { image: string }[]).some(({ image }) => image === picture));
});

test('classifier - a folder without classes and weights that are not there are usage errors', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty, { recursive: true });
  for (const args of [
    [empty, '--weights', 'none.h5'],
    [join(folder, 'nowhere'), '--weights', 'none.h5'],
  ]) {
    const ran = await shika(['classifier', 'train', ...args, '--out', join(folder, 'x')]);
    assert.equal(ran.code, 2, ran.stderr);
  }
});

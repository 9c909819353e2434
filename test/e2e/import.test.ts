/** Labels of other tools through the command line: what is written, what is said, and the exit code. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { isJpeg } from '../../pipeline/domain/vision/image.ts';
import { labelFolder, picture } from '../fixtures/label-folder.ts';
import { shika } from '../processes/shika.ts';

const row = '0 0.5 0.5 0.2 0.4\n';

test('import - all is read: code 0, and a dataset of JPEGs that --hand takes', async () => {
  const { path } = await labelFolder({
    'classes.txt': 'deer',
    'train/images/a.png': null,
    'train/labels/a.txt': row,
    'valid/images/b.jpg': await picture('b.tif'),
    'valid/labels/b.txt': row,
    'valid/images/c.jpg': null,
    'valid/labels/c.txt': '',
  });
  const out = join(path, 'out');
  const ran = await shika(['import', path, '--out', out, '--json']);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(ran.result, { format: 'yolo', labels: 0, pictures: 3, empty: 1, leftOut: 0, out });
  assert.deepEqual(await readdir(join(out, 'dataset/images/train')), ['a.jpg']);
  assert.deepEqual((await readdir(join(out, 'dataset/images/val'))).sort(), ['b.jpg', 'c.jpg']);
  for (const name of ['train/a.jpg', 'val/b.jpg', 'val/c.jpg'])
    assert.ok(isJpeg(await readFile(join(out, 'dataset/images', name))), name);
  const { stills } = await readHand([join(out, 'dataset')], []);
  assert.deepEqual(
    stills.map(({ name, boxes }) => [name, ...boxes.map(({ box }) => box.map(Math.round).join())]).sort(),
    [['a.jpg', '80,30,40,40'], ['b.jpg', '80,30,40,40'], ['c.jpg']],
  );
});

test('import - something is left out: code 3, by name; nothing is read: code 1, and nothing is written', async () => {
  const { path, put } = await labelFolder({
    'classes.txt': 'deer',
    'images/a.jpg': null,
    'labels/a.txt': row,
    'images/b.jpg': null,
    'labels/b.txt': '0 0.5\n',
  });
  const { path: results } = await labelFolder();
  const part = await shika(['import', path, '--format', 'yolo', '--out', join(results, 'part'), '--json']);
  assert.equal(part.code, 3, part.stderr);
  assert.match(part.stderr, /left out: .*b\.txt:1: row; .*so b\.jpg is not used/);
  await put({ 'labels/a.txt': 'x\n' });
  const none = await shika(['import', path, '--format', 'yolo', '--out', join(results, 'none'), '--json']);
  assert.equal(none.code, 1, none.stderr);
  assert.match(none.stderr, /nothing in .* can be used; found 2 left out/);
  assert.ok(!(await readdir(results)).includes('none'));
  const unknown = await shika(['import', join(path, 'images/a.jpg')]);
  assert.equal(unknown.code, 2, unknown.stderr);
  assert.match(unknown.stderr, /has no labels that we know/);
});

test('import - what an import left beside the originals is no label of theirs, wherever the next one goes', async () => {
  const { path } = await labelFolder({
    'classes.txt': 'deer',
    'images/a.jpg': null,
    'labels/a.txt': row,
  });
  for (const out of ['first', 'second']) {
    const ran = await shika(['import', path, '--out', join(path, out), '--json']);
    const result = { format: 'yolo', labels: 0, pictures: 1, empty: 0, leftOut: 0, out: join(path, out) };
    assert.deepEqual(ran.result, result, ran.stderr);
  }
  const again = await shika(['import', join(path, 'first'), '--out', join(path, 'third'), '--json']);
  assert.match(JSON.stringify(again.result), /"pictures":1/, 'named itself, it is read');
  await shika(['import', path, '--out', path]);
  assert.ok(!(await readdir(path)).includes('.shika'), 'a folder with other things in it is nobody’s result');
});

test('eval - rows of the truth that are left out make the code 3, nothing that can be used 1', async () => {
  const labels =
    'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review\n0123456789abcdef,a.mp4,0,1,1,1,9,9,deer,hand,,,\n';
  const { path } = await labelFolder({
    'labels.csv': labels,
    'truth.csv': 'frame,x,y,w,h\n0,1,1,9,9\n1,x,1,9,9\n',
  });
  const ran = await shika([
    'eval',
    '--truth',
    join(path, 'truth.csv'),
    '--labels',
    join(path, 'labels.csv'),
    '--json',
  ]);
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stderr, /left out: .*truth\.csv:3: x; found "x"/);
  const none = await labelFolder({ 'truth.csv': 'frame,x,y,w,h\n0,x,1,9,9\n' });
  const nothing = await shika([
    'eval',
    '--truth',
    join(none.path, 'truth.csv'),
    '--labels',
    join(path, 'labels.csv'),
  ]);
  assert.equal(nothing.code, 1, nothing.stderr);
});

import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { picturesAt } from '../../../../../pipeline/domain/vision/picture-files.ts';
import { labelFolder } from '../../../../fixtures/label-folder.ts';

test('picture files - a folder with those in it, a file whatever it is called; hidden ones are nobody’s', async () => {
  const { path } = await labelFolder({
    'b.JPG': '',
    'a/2.jfif': '',
    'a/1.bmp': '',
    'a/notes.txt': '',
    'a/._1.jpg': '',
    '__MACOSX/a.jpg': '',
    odd: '',
    'none/notes.txt': '',
  });
  const names = (await picturesAt(path)).map((file) => relative(path, file));
  assert.deepEqual(names, ['a/1.bmp', 'a/2.jfif', 'b.JPG']);
  assert.deepEqual(await picturesAt(join(path, 'odd')), [join(path, 'odd')]);
  await assert.rejects(picturesAt(join(path, 'none')), /has no pictures/);
  await assert.rejects(picturesAt(join(path, 'gone')), /can’t be read/);
});

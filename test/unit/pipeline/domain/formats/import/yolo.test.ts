import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelFolder, picture, read } from '../../../../../fixtures/label-folder.ts';

const row = '0 0.5 0.5 0.2 0.4\n';
const deer = ['deer 80,30,40,40'];
const names = 'names: [deer]\n';

test('yolo - the layouts of Ultralytics and Roboflow, whole, by split, and by their data.yaml', async () => {
  const { path } = await labelFolder({
    'data.yaml': `train: ../train/images\nval: ../valid/images\nnc: 1\n${names}`,
    'train/images/a.jpg': null,
    'train/labels/a.txt': row,
    'valid/images/b.jpg': null,
    'valid/labels/b.txt': row,
  });
  const both = { 'train/images/a.jpg': deer, 'valid/images/b.jpg': deer };
  assert.deepEqual((await read(path)).pictures, both);
  assert.deepEqual((await read(join(path, 'train'))).pictures, { 'images/a.jpg': deer });
  assert.deepEqual((await read(join(path, 'train/images'))).pictures, { 'a.jpg': deer });
  assert.deepEqual((await read(join(path, 'train/labels'))).pictures, { '../images/a.jpg': deer });
  assert.deepEqual(Object.values((await read(join(path, 'data.yaml'))).pictures), [deer, deer]);
});

test('yolo - a data.yaml alone leads to its pictures', async () => {
  const { path } = await labelFolder({
    'config/own.yaml': `path: ..\ntrain: sets/images/train\n${names}`,
    'sets/images/train/a.jpg': null,
    'sets/labels/train/a.txt': row,
  });
  assert.deepEqual(Object.values((await read(join(path, 'config/own.yaml'))).pictures), [deer]);
});

test('yolo - darknet: obj.names, pictures and labels in one folder, an empty file is a picture without an animal', async () => {
  const { path } = await labelFolder({
    'obj.data': 'classes = 1\ntrain = data/train.txt\nnames = data/obj.names\n',
    'obj.names': 'deer\n',
    'train.txt': 'data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\ndata/obj_train_data/gone.jpg\n',
    'obj_train_data/a.jpg': null,
    'obj_train_data/a.txt': row,
    'obj_train_data/b.jpg': null,
    'obj_train_data/b.txt': '\n',
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'obj_train_data/a.jpg': deer, 'obj_train_data/b.jpg': [] });
  assert.match(found.leftOut.join(), /gone\.jpg: its picture is missing/);
});

test('yolo - polygons and turned boxes are the boxes around them, a pose is its box', async () => {
  const shapes = await labelFolder({
    'classes.txt': 'deer',
    'images/a.jpg': null,
    'labels/a.txt': '0 0.1 0.1 0.3 0.1 0.3 0.5\n0 0.5 0.2 0.6 0.4 0.5 0.6 0.4 0.4\n',
  });
  assert.deepEqual((await read(shapes.path)).pictures, {
    'images/a.jpg': ['deer 20,10,40,40', 'deer 80,20,40,40'],
  });
  const pose = await labelFolder({
    'data.yaml': `kpt_shape: [2, 3]\n${names}`,
    'images/a.jpg': null,
    'labels/a.txt': '0 0.5 0.5 0.2 0.4 0.1 0.1 2 0.9 0.9 1\n',
  });
  assert.deepEqual((await read(pose.path)).pictures, { 'images/a.jpg': deer });
});

test('yolo - key points are no polygon where no kpt_shape tells of them', async () => {
  const { path } = await labelFolder({
    'classes.txt': 'deer',
    'images/a.jpg': null,
    'images/b.jpg': null,
    'labels/a.txt': '0 0.5 0.5 0.2 0.4 0.45 0.45 2 0.55 0.55 1\n',
    'labels/b.txt': row,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/b.jpg': deer });
  assert.match(found.leftOut.join(), /a\.txt:1: row.*so a\.jpg is not used/);
});

test('yolo - a row that is no box takes its picture out; an empty file, and none at all, do not', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    ...Object.fromEntries(['a', 'bad', 'empty', 'none'].map((name) => [`images/${name}.jpg`, null])),
    'labels/a.txt': row,
    'labels/bad.txt': `${row}0 nan 0.5 0.2 0.4\n`,
    'labels/empty.txt': '',
    'labels/lost.txt': row,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/a.jpg': deer, 'images/empty.jpg': [], 'images/none.jpg': [] });
  assert.match(
    found.leftOut.join('\n'),
    /labels\/bad\.txt:2: row.*so bad\.jpg is not used, nor what else is in it \(1 box\)/,
  );
  assert.match(found.leftOut.join('\n'), /labels\/lost\.txt: its picture is missing/);
  assert.equal(found.count, 2);
  assert.match(found.notes.join(), /without a label file, taken as without an animal: 1 of 4 pictures/);
});

test('yolo - two pictures of one name share its labels, which is said; not where each has its own', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    ...Object.fromEntries(['a.jpg', 'a.png', 'b.jpg', 'b.png'].map((name) => [`images/${name}`, null])),
    'labels/a.txt': row,
    'labels/b.jpg.txt': row,
    'labels/b.png.txt': row,
  });
  const found = await read(path);
  assert.equal(Object.keys(found.pictures).length, 4);
  assert.match(found.notes.join('\n'), /a\.txt: taken as the labels of a\.jpg and a\.png$/m);
});

test('yolo - files of a Mac, stray JSON and lists are nobody’s labels; UTF-16 and CRLF are read', async () => {
  const { path } = await labelFolder({
    'classes.txt': 'deer\r\n',
    'notes.json': '{ this is no JSON',
    '._a.txt': 'x',
    '__MACOSX/labels/a.txt': 'x',
    'images/._a.jpg': 'x',
    'images/a.jpg': null,
    'labels/a.txt': Buffer.from(`\uFEFF${row.replace('\n', '\r\n')}`, 'utf16le'),
  });
  const found = await read(path);
  assert.deepEqual([found.pictures, found.leftOut], [{ 'images/a.jpg': deer }, []]);
});

test('yolo - pictures that we can’t read are named, others are told by what they are', async () => {
  const { path } = await labelFolder({
    'classes.txt': 'deer',
    'images/a.jfif': await picture('a.jpg'),
    'images/b.bmp': Buffer.from('BM'),
    'images/c.jpg': await picture('c.png'),
    'images/d.jpg': await picture('d.jpg'),
    'labels/a.txt': row,
    'labels/b.txt': row,
    'labels/c.txt': row,
    'labels/d.txt': `${row}0 1.2 0.5 0.2 0.4\n`,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/a.jfif': deer, 'images/c.jpg': deer });
  assert.match(found.leftOut.join('\n'), /b\.bmp can't be read as a picture.*so b\.bmp is not used/);
  assert.match(found.leftOut.join('\n'), /d\.jpg: box; found .* so d\.jpg is not used/);
});

test('yolo - no label file for any picture is nothing read, not pictures without animals', async () => {
  const { path } = await labelFolder({ 'data.yaml': names, 'images/a.jpg': null, 'labels/.keep': '' });
  await assert.rejects(read(path), /no labels that we know/);
  const found = await read(path, { format: 'yolo' });
  assert.deepEqual(found.pictures, {});
  assert.match(found.leftOut.join(), /no labels; found 1 picture, none with a label file/);
});

test('yolo - what a job or the last import left in the folder is nobody’s label', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    'images/a.jpg': null,
    'labels/a.txt': row,
    'shika-out/.shika/x': '',
    'shika-out/dataset/images/b.jpg': null,
    'shika-out/dataset/labels/b.txt': row,
    'out/dataset/images/c.jpg': null,
    'out/dataset/labels/c.txt': row,
  });
  assert.deepEqual((await read(path, { outside: join(path, 'out') })).pictures, { 'images/a.jpg': deer });
  assert.deepEqual(Object.keys((await read(join(path, 'shika-out/dataset'))).pictures), ['images/b.jpg']);
});

test('yolo - a label file is found whatever the case of its folder, and where it keeps the picture’s extension', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    'Images/a.jpg': null,
    'Labels/a.txt': row,
    'Images/b.JPG': null,
    'Labels/b.JPG.txt': row,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'Images/a.jpg': deer, 'Images/b.JPG': deer });
  assert.deepEqual(found.notes, []);
});

test('yolo - a picture may be called like a list, and is no picture without an animal then', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    'images/test.jpg': null,
    'labels/test.txt': row,
    'images/a.jpg': null,
    'labels/a.txt': '',
    'train.txt': 'images/a.jpg\n',
  });
  const found = await read(path);
  assert.deepEqual([found.pictures, found.leftOut], [{ 'images/test.jpg': deer, 'images/a.jpg': [] }, []]);
});

test('yolo - a box with its score and track is no triangle', async () => {
  const { path } = await labelFolder({
    'data.yaml': names,
    'images/a.jpg': null,
    'labels/a.txt': '0 0.5 0.5 0.2 0.4 0.9 1\n',
    'images/b.jpg': null,
    'labels/b.txt': '0 0.4 0.3 0.6 0.3 0.6 0.7\n',
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/b.jpg': deer });
  assert.match(
    found.leftOut.join(),
    /a box with its score and track, or three corners.*so a\.jpg is not used/,
  );
});

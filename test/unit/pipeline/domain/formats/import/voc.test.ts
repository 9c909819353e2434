import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelFolder, read } from '../../../../../fixtures/label-folder.ts';

const bndbox = '<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>';
const object = (box = bndbox, name = 'deer') => `<object><name>${name}</name>${box}</object>`;
const annotation = (filename: string, objects: string, database = 'Unknown') =>
  `<?xml version="1.0"?>\n<annotation><filename>${filename}</filename><source><database>${database}</database></source>
  <size><width>200</width><height>100</height></size>${objects}</annotation>`;

test('voc - edges as tools write them, pixels from 1 as the kit and we do', async () => {
  const { path } = await labelFolder({
    'Annotations/a.xml': annotation('a.jpg', object()),
    'Annotations/kit.xml': annotation('kit.jpg', object(), 'The VOC2007 Database'),
    'Annotations/ours.xml': annotation('ours.jpg', object(), 'Shika'),
    'JPEGImages/a.jpg': null,
    'JPEGImages/kit.jpg': null,
    'JPEGImages/ours.jpg': null,
  });
  assert.deepEqual((await read(path)).pictures, {
    'JPEGImages/a.jpg': ['deer 10,20,30,40'],
    'JPEGImages/kit.jpg': ['deer 9,19,31,41'],
    'JPEGImages/ours.jpg': ['deer 9,19,31,41'],
  });
});

test('voc - empty where an XML has no object or a list names the picture; what neither names is not used', async () => {
  const { path } = await labelFolder({
    'Annotations/a.xml': annotation('a.png', object()),
    'Annotations/b.xml': annotation('b.jpg', ''),
    'ImageSets/Main/train.txt': 'a\nb\nlisted\n',
    'ImageSets/Main/deer_val.txt': 'sub/far -1\n',
    'JPEGImages/a.jpg': null,
    'JPEGImages/b.jpg': null,
    'JPEGImages/listed.jpg': null,
    'JPEGImages/sub/far.jpg': null,
    'JPEGImages/stranger.jpg': null,
  });
  const found = await read(path);
  assert.equal(found.format, 'voc');
  assert.deepEqual(found.pictures, {
    'JPEGImages/a.jpg': ['deer 10,20,30,40'],
    'JPEGImages/b.jpg': [],
    'JPEGImages/listed.jpg': [],
    'JPEGImages/sub/far.jpg': [],
  });
  assert.match(found.notes.join('\n'), /listed without an XML, taken as without an animal: 2 pictures/);
  assert.match(found.notes.join('\n'), /without an XML, and not used: 1 picture \(stranger\.jpg\)/);
});

test('voc - turned boxes and corners have a box; an object without one takes its picture out', async () => {
  const turned = '<robndbox><cx>100</cx><cy>50</cy><w>40</w><h>20</h><angle>1.5707963</angle></robndbox>';
  const rotation = '<attributes><attribute><name>rotation</name><value>90.0</value></attribute></attributes>';
  const corner = (x: number, y: number) => `<pt><x>${x}</x><y>${y}</y></pt>`;
  const { path } = await labelFolder({
    'a.xml': annotation(
      'a',
      object(turned) + object(`<polygon>${corner(1, 2)}${corner(9, 2)}${corner(9, 8)}</polygon>`),
    ),
    'b.xml': annotation('b.jpg', object() + object('<bndbox><xmin>5</xmin></bndbox>') + object(bndbox, '')),
    'cvat.xml': annotation('cvat.jpg', object(`${bndbox}${rotation}`)),
    'a.jpg': null,
    'b.jpg': null,
    'cvat.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {
    'a.jpg': ['deer 90,30,20,40', 'deer 1,2,8,6'],
    'cvat.jpg': ['deer 5,25,40,30'],
  });
  assert.match(found.leftOut.join('\n'), /b\.xml: object 2; found deer xmin 5.*so b\.jpg is not used/);
  assert.match(found.leftOut.join('\n'), /b\.xml: object 3; found no name/);
});

test('voc - an XML that is broken is named, and the others are read', async () => {
  const { path } = await labelFolder({
    'Annotations/a.xml': annotation('a.jpg', object()),
    'Annotations/cut.xml': annotation('cut.jpg', object()).slice(0, 200),
    'JPEGImages/a.jpg': null,
    'JPEGImages/cut.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'JPEGImages/a.jpg': ['deer 10,20,30,40'] });
  assert.match(found.leftOut.join(), /cut\.xml: can’t be read/);
});

test('voc - corners in another order are the same box; one of no size takes its picture out, with its numbers', async () => {
  const box = (xmin: number, xmax: number) =>
    `<bndbox><xmin>${xmin}</xmin><ymin>60</ymin><xmax>${xmax}</xmax><ymax>20</ymax></bndbox>`;
  const { path } = await labelFolder({
    'a.xml': annotation('a.jpg', object(box(40, 10))),
    'b.xml': annotation('b.jpg', object(box(10, 10))),
    'a.jpg': null,
    'b.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': ['deer 10,20,30,40'] });
  assert.match(found.leftOut.join(), /found deer xmin 10, ymin 60, xmax 10, ymax 20/);
});

test('voc - an XML that was copied or renamed speaks of two pictures: neither gets its boxes', async () => {
  const { path } = await labelFolder({
    'a.xml': annotation('b.jpg', object()),
    'b.xml': annotation('b.jpg', ''),
    'old.xml': annotation('c.jpg', object()),
    'a.jpg': null,
    'b.jpg': null,
    'c.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'b.jpg': [], 'c.jpg': ['deer 10,20,30,40'] });
  assert.match(
    found.leftOut.join(),
    /b\.jpg is ambiguous, and not used; found b\.jpg, a\.jpg, as a\.xml is called/,
  );
});

test('voc - a picture that two files speak of has the boxes of both, with a word', async () => {
  const { path } = await labelFolder({
    'one/a.xml': annotation('a.jpg', object()),
    'two/a.xml': annotation('a.jpg', object(bndbox, 'fox')),
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': ['deer 10,20,30,40', 'fox 10,20,30,40'] });
  assert.match(found.notes.join(), /in several files, with the boxes of all: 1 picture \(a\.jpg\)/);
});

test('voc - a list’s picture that is missing is no picture without an animal', async () => {
  const { path } = await labelFolder({
    'Annotations/a.xml': annotation('a.jpg', object()),
    'JPEGImages/a.jpg': null,
    'ImageSets/Main/train.txt': 'a\ngone\n',
  });
  const found = await read(path);
  assert.match(found.leftOut.join(), /1 picture missing; found no gone/);
  assert.ok(!found.notes.join().includes('without an animal'));
});

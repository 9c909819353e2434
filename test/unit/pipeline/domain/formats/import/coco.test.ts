import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { aroundRuns, runsOf } from '../../../../../../pipeline/domain/formats/import/rle.ts';
import { labelFolder, read } from '../../../../../fixtures/label-folder.ts';

const categories = [
  { id: 1, name: 'deer' },
  { id: 2, name: 'empty' },
];
const bbox = [10, 20, 30, 40];
const deer = ['deer 10,20,30,40'];
const image = (id: unknown, file_name: string, more: object = {}) => ({
  id,
  file_name,
  width: 200,
  height: 100,
  ...more,
});
const annotation = (image_id: unknown, more: object = { bbox }) => ({
  id: image_id,
  image_id,
  category_id: 1,
  ...more,
});
const document = (images: unknown, annotations: unknown) => ({ images, annotations, categories });

test('coco - several files with their subsets, where the same name is in two of them', async () => {
  const { path } = await labelFolder({
    'annotations/instances_train.json': document([image(1, 'a.jpg')], [annotation(1)]),
    'annotations/instances_val.json': document(
      [image(1, 'a.jpg')],
      [annotation(1, { bbox: [0, 0, 50, 50] })],
    ),
    'annotations/captions_val.json': document(
      [image(1, 'a.jpg')],
      [{ id: 1, image_id: 1, caption: 'a deer' }],
    ),
    'images/train/a.jpg': null,
    'images/val/a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/train/a.jpg': deer, 'images/val/a.jpg': ['deer 0,0,50,50'] });
  assert.match(found.notes.join(), /not read, for there are instances_\*\.json: captions_val\.json/);
  assert.deepEqual(Object.values((await read(join(path, 'annotations/instances_val.json'))).pictures), [
    ['deer 0,0,50,50'],
  ]);
});

test('coco - train2017 beside annotations, Roboflow’s file a split, backslashes, and another drive', async () => {
  const coco = await labelFolder({
    'annotations/instances_train2017.json': document([image(1, 'a.jpg')], [annotation(1)]),
    'train2017/a.jpg': null,
  });
  assert.deepEqual((await read(coco.path)).pictures, { 'train2017/a.jpg': deer });
  const roboflow = await labelFolder({
    'train/_annotations.coco.json': document([image(0, 'a.jpg')], [annotation(0)]),
    'train/a.jpg': null,
    'valid/_annotations.coco.json': document([image(0, 'a.jpg')], []),
    'valid/a.jpg': null,
  });
  assert.deepEqual((await read(roboflow.path)).pictures, { 'train/a.jpg': deer, 'valid/a.jpg': [] });
  const windows = await labelFolder({
    'result.json': document([image(1, 'C:\\data\\cam1\\a.JPG'), image(2, 'cam2\\a.jpg')], [annotation(1)]),
    'cam1/a.jpg': null,
    'images/cam2/a.jpg': null,
  });
  assert.deepEqual((await read(windows.path)).pictures, { 'cam1/a.jpg': deer, 'images/cam2/a.jpg': [] });
});

test('coco - a picture is without an animal where nothing is said of it, or `empty`; else its box is missing', async () => {
  const images = ['listed', 'empty', 'level', 'crowd', 'odd', 'both', 'boxed'].map((name, i) =>
    image(i, `${name}.jpg`),
  );
  const { path } = await labelFolder({
    ...Object.fromEntries(images.map(({ file_name }) => [`images/${file_name}`, null])),
    'coco.json': document(images, [
      annotation(1, { category_id: 2 }),
      annotation(2, {}),
      annotation(3, { bbox, iscrowd: 1 }),
      annotation(4, { bbox: [1, 2, null, 4] }),
      annotation(4),
      annotation(5),
      annotation(5, { category_id: 2 }),
      annotation(6),
      annotation(77),
      annotation(77),
    ]),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {
    'images/listed.jpg': [],
    'images/empty.jpg': [],
    'images/boxed.jpg': deer,
  });
  const said = found.leftOut.join('\n');
  for (const words of [
    /level\.jpg; found deer without a box.*so level\.jpg is not used/,
    /crowd\.jpg; found a crowd.*so crowd\.jpg is not used/,
    /odd\.jpg; found bbox \[1,2,null,4\].*so odd\.jpg is not used, nor what else is in it \(1 box\)/,
    /both\.jpg; found "empty" beside 1 others/,
    /2 annotations of no image; found image_id 77/,
  ])
    assert.match(said, words);
  assert.equal(found.count, 6);
});

test('coco - a polygon and a mask have a box', async () => {
  const { path } = await labelFolder({
    'coco.json': document(
      ['a', 'b', 'c', 'd'].map((name, i) => image(i, `${name}.jpg`)),
      [
        annotation(0, {
          segmentation: [
            [10, 20, 40, 20, 40, 60],
            [5, 30, 8, 30, 8, 32],
          ],
        }),
        annotation(1, { bbox: [], segmentation: { size: [100, 200], counts: [1020, 40, 60, 40, 18840] } }),
        annotation(2, { bbox: [0, 0, 0, 0], segmentation: { size: [60, 80], counts: compressed } }),
        annotation(3, { segmentation: [[1, 2, 3]] }),
      ],
    ),
    ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.jpg`, null])),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {
    'a.jpg': ['deer 5,20,35,40'],
    'b.jpg': ['deer 10,20,2,40'],
    'c.jpg': ['deer 20,10,51,31'],
  });
  assert.equal(found.count, 1);
});

/** Written by pycocotools 2.0.11: rows 10..30 of columns 20..49, and row 40 of column 70, of 60 x 80 px. */
const compressed = 'jU1e0W1000000000000000000000000000000000000000000000000000000000^V1\\OjYO';
test('coco - masks: runs over columns, none at all, and the text that pycocotools writes', () => {
  assert.deepEqual(aroundRuns(runsOf(compressed), 60), [20, 10, 51, 31]);
  assert.deepEqual(aroundRuns([15, 10, 75], 10), [1, 0, 2, 10]);
  assert.equal(aroundRuns([100], 10), undefined);
});

test('coco - a box that CVAT turned is the box around it, attributes are said to be lost', async () => {
  const { path } = await labelFolder({
    'coco.json': document(
      [image(1, 'a.jpg')],
      [annotation(1, { bbox: [80, 40, 40, 20], attributes: { rotation: 90, occluded: false, age: 'old' } })],
    ),
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': ['deer 90,30,20,40'] });
  assert.match(found.notes.join(), /not kept: age 1 x/);
});

test('coco - one odd value refuses one item: ids as texts, a null category, an image without a name', async () => {
  const { path } = await labelFolder({
    'coco.json': {
      images: [image('1', 'a.jpg'), image(2, 'b.jpg', { width: '200' }), { id: 3 }, null],
      annotations: [
        annotation(1, { bbox: ['10', 20, '30', 40] }),
        annotation(2, { bbox, category_id: null }),
        'x',
      ],
      categories: [{ id: '1', name: 'deer' }, {}],
    },
    'a.jpg': null,
    'b.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': deer });
  assert.equal(found.count, 4);
});

test('coco - a name that fits two pictures is neither’s, and two of one id have no annotations', async () => {
  const { path } = await labelFolder({
    'coco.json': document(
      [
        image(1, 'IMG_1.jpg'),
        image(2, 'north/IMG_2.jpg'),
        image(3, 'x.jpg'),
        image(3, 'y.jpg'),
        image(4, 'ok.jpg'),
      ],
      [1, 2, 3, 4].map((id) => annotation(id)),
    ),
    'cam1/IMG_1.jpg': null,
    'cam2/IMG_1.jpg': null,
    'south/IMG_2.jpg': null,
    'x.jpg': null,
    'y.jpg': null,
    'ok.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'ok.jpg': deer });
  const said = found.leftOut.join('\n');
  assert.match(said, /IMG_1\.jpg is ambiguous, and not used; found .*cam1.*cam2/);
  assert.match(said, /1 picture missing; found no north\/IMG_2\.jpg/);
  assert.match(said, /image id 3 is that of 2 pictures, none of which is used; found x\.jpg, y\.jpg/);
});

test('coco - a picture that is listed twice has the boxes of both, each once', async () => {
  const { path } = await labelFolder({
    'coco.json': document(
      [image(1, 'a.jpg'), image(2, './a.jpg')],
      [annotation(1), annotation(2), annotation(2, { bbox: [100, 20, 30, 40] })],
    ),
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': [...deer, 'deer 100,20,30,40'] });
  assert.match(found.notes.join(), /the same box on the same picture again, 1 x: taken once/);
});

test('coco - without a list of annotations nothing is known of the pictures', async () => {
  const { path } = await labelFolder({
    'coco.json': { images: [image(1, 'a.jpg')], categories },
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual([found.pictures, found.count], [{}, 1]);
});

test('coco - pictures in a folder of their own, and Python’s NaN', async () => {
  const { path } = await labelFolder({
    'labels/coco.json': JSON.stringify(
      document([image(1, 'a.jpg')], [annotation(1, { bbox, score: 7 })]),
    ).replace(':7', ': NaN'),
    'elsewhere/a.jpg': null,
  });
  const found = await read(join(path, 'labels/coco.json'), { pictures: join(path, 'elsewhere') });
  assert.deepEqual(Object.values(found.pictures), [deer]);
});

test('coco - pictures by their address or with escaped letters; categories by id', async () => {
  const { path } = await labelFolder({
    'coco.json': {
      images: [image(1, 'https://x.org/img/a.jpg?sig=1'), image(2, 'b%20c.jpg')],
      annotations: [annotation(1), annotation(2)],
      categories: { '1': 'deer' },
    },
    'a.jpg': null,
    'b c.jpg': null,
  });
  assert.deepEqual((await read(path)).pictures, { 'a.jpg': deer, 'b c.jpg': deer });
});

test('coco - a box that is called empty is neither an animal nor none; boxes without a label are said', async () => {
  const { path } = await labelFolder({
    'coco.json': document([image(1, 'a.jpg')], [annotation(1, { category_id: 2, bbox })]),
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {});
  assert.match(found.leftOut.join(), /\[10, 20, 30, 40\] called "empty"; .*so a\.jpg is not used/);
  const bare = await labelFolder({
    'coco.json': { images: [image(1, 'a.jpg')], annotations: [annotation(1)] },
    'a.jpg': null,
  });
  assert.match((await read(bare.path)).notes.join(), /without a label, and called animal: 1 box/);
});

test('coco - a file that breaks off is named beside the others', async () => {
  const { path } = await labelFolder({
    'one.json': document([image(1, 'a.jpg')], [annotation(1)]),
    'two.json': '{"images":[{"id":1,',
    'a.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'a.jpg': deer });
  assert.match(found.leftOut.join(), /two\.json: can’t be read/);
});

test('coco - a folder whose only JSON breaks off says so; archives beside the labels are named', async () => {
  const { path, put } = await labelFolder({ 'one.json': '{"images":[{"id":1,', 'a.jpg': null });
  await assert.rejects(read(path), /one\.json can't be read: /);
  await put({ 'one.json': document([image(1, 'a.jpg')], [annotation(1)]), 'task_2.zip': 'PK' });
  assert.match((await read(path)).notes.join(), /packed, and not read: task_2\.zip/);
  await assert.rejects(
    read(join(path, 'task_2.zip')),
    /is packed; found a zip archive; expected .* unpacked/,
  );
});

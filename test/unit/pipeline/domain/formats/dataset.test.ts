import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { type DatasetPicture, writeDataset } from '../../../../../pipeline/domain/formats/dataset.ts';
import { readHand } from '../../../../../pipeline/domain/formats/hand.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-dataset-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const picture = { create: { width: 200, height: 100, channels: 3, background: '#575' } } as const;

function item(name: string, split: 'train' | 'val', boxes: DatasetPicture['boxes']): DatasetPicture {
  return { name, jpeg: () => sharp(picture).jpeg().toBuffer(), width: 200, height: 100, boxes, split };
}

const items = [
  item('a b.jpg', 'train', [{ box: [80, 30, 40, 40], label: 'deer' }]),
  item('blank.jpg', 'train', []),
  item('a_b.png', 'val', [
    { box: [190, 0, 30, 50], label: 'boar' },
    { box: [300, 0, 5, 5], label: 'deer' },
  ]),
];

const json = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));

test('dataset - YOLO and COCO share one images folder, boxes are cut to their picture', async () => {
  assert.deepEqual(await writeDataset(folder, items), {
    classes: ['boar', 'deer'],
    train: 2,
    val: 1,
    boxes: 2,
  });
  assert.deepEqual((await readdir(folder, { recursive: true })).filter((name) => name.includes('.')).sort(), [
    'annotations/instances_train.json',
    'annotations/instances_val.json',
    'classes.txt',
    'data.yaml',
    'images/train/a_b.jpg',
    'images/train/blank.jpg',
    'images/val/a_b-2.jpg',
    'labels/train/a_b.txt',
    'labels/train/blank.txt',
    'labels/val/a_b-2.txt',
  ]);
  assert.equal(
    await readFile(join(folder, 'labels/train/a_b.txt'), 'utf8'),
    '1 0.500000 0.500000 0.200000 0.400000\n',
  );
  assert.equal(await readFile(join(folder, 'labels/train/blank.txt'), 'utf8'), '');
  assert.equal(
    await readFile(join(folder, 'labels/val/a_b-2.txt'), 'utf8'),
    '0 0.975000 0.250000 0.050000 0.500000\n',
  );
  assert.equal(
    await readFile(join(folder, 'data.yaml'), 'utf8'),
    'train: images/train\nval: images/val\nnames:\n  0: boar\n  1: deer\n',
  );
  const coco = await json('annotations/instances_val.json');
  assert.deepEqual(coco.images, [{ id: 1, file_name: 'a_b-2.jpg', width: 200, height: 100 }]);
  assert.deepEqual(coco.annotations, [
    { id: 1, image_id: 1, category_id: 1, bbox: [190, 0, 10, 50], area: 500, iscrowd: 0, segmentation: [] },
  ]);
  assert.deepEqual(
    coco.categories.map(({ id, name }: { id: number; name: string }) => [id, name]),
    [
      [1, 'boar'],
      [2, 'deer'],
    ],
  );
});

test('dataset - both views read back as the same hand boxes', async () => {
  await writeDataset(folder, items);
  const yolo = await readHand([folder], []);
  const coco = await readHand(
    [join(folder, 'annotations/instances_train.json'), join(folder, 'annotations/instances_val.json')],
    [],
  );
  assert.deepEqual(yolo.problems, []);
  assert.deepEqual(coco.problems, []);
  assert.deepEqual(yolo.stills, coco.stills);
});

test('dataset - is replaced, not added to', async () => {
  await writeDataset(folder, items.slice(0, 1), ['deer']);
  assert.deepEqual(await readdir(join(folder, 'images/val')), []);
  assert.deepEqual(await readdir(join(folder, 'labels/train')), ['a_b.txt']);
  assert.match(await readFile(join(folder, 'data.yaml'), 'utf8'), /val: images\/train/);
});

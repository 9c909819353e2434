import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelFolder, picture, read } from '../../../../../fixtures/label-folder.ts';

const region = (value: object, type = 'rectanglelabels', more: object = {}) => ({
  id: JSON.stringify([value, type]),
  type,
  original_width: 200,
  original_height: 100,
  value,
  ...more,
});
const rectangle = (more: object = {}) =>
  region({ x: 5, y: 20, width: 15, height: 40, rectanglelabels: ['deer'], ...more });
const task = (image: string, results: readonly (readonly object[])[], more: object = {}) => ({
  id: 7,
  data: { image },
  annotations: results.map((result) => ({ result, was_cancelled: false })),
  ...more,
});

test('label studio - rectangles in percent, turned about their corner, polygons, ellipses, labels apart; the picture may be larger', async () => {
  const { path } = await labelFolder({
    'export.json': [
      task('/data/upload/3/1a2b3c4d-a.jpg', [
        [
          rectangle(),
          rectangle({ x: 50, y: 10, width: 10, height: 40, rotation: 90 }),
          region(
            {
              points: [
                [10, 10],
                [20, 10],
                [20, 50],
              ],
              polygonlabels: ['fox'],
            },
            'polygonlabels',
          ),
          region({ x: 75, y: 50, radiusX: 10, radiusY: 10, ellipselabels: ['fox'] }, 'ellipselabels'),
          { ...region({ x: 0, y: 0, width: 10, height: 10 }, 'rectangle'), id: 'apart' },
          { ...region({ labels: ['hare'] }, 'labels'), id: 'apart' },
        ],
      ]),
      task('/data/local-files/?d=cards/b%20c.jpg', [[]]),
    ],
    'images/a.jpg': await picture('a.jpg', 400, 200),
    'cards/b c.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {
    'images/a.jpg': [
      'deer 20,40,60,80',
      'deer 120,20,80,40',
      'fox 40,20,40,80',
      'fox 260,80,80,40',
      'hare 0,0,40,20',
    ],
    'cards/b c.jpg': [],
  });
  assert.deepEqual(found.leftOut, []);
});

test('label studio - not annotated, skipped, brushed, chosen: no pictures without animals; predictions are not used', async () => {
  const names = ['fresh', 'skipped', 'brush', 'choice', 'empty', 'twice', 'unnamed'];
  const { path } = await labelFolder({
    'export.json': [
      task('fresh.jpg', [], { predictions: [{ result: [rectangle()] }] }),
      { ...task('skipped.jpg', []), annotations: [{ result: [], was_cancelled: true }] },
      task('brush.jpg', [
        [rectangle(), region({ format: 'rle', rle: [1, 2], brushlabels: ['deer'] }, 'brushlabels')],
      ]),
      task('choice.jpg', [[region({ choices: ['deer'] }, 'choices')]]),
      task('empty.jpg', [[region({ choices: ['Empty'] }, 'choices')]]),
      task('twice.jpg', [[], [rectangle()]]),
      task('unnamed.jpg', [[region({ x: 5, y: 20, width: 15, height: 40 }, 'rectangle')]]),
    ],
    ...Object.fromEntries(names.map((name) => [`${name}.jpg`, null])),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'empty.jpg': [], 'twice.jpg': ['deer 10,20,30,40'] });
  const said = found.leftOut.join('\n');
  for (const words of [
    /found fresh\.jpg, not annotated/,
    /found skipped\.jpg, skipped by its annotator/,
    /brush\.jpg; found deer: .*so brush\.jpg is not used, nor what else is in it \(1 box\)/,
    /choice\.jpg; found the choice deer without a box/,
    /unnamed\.jpg; found a region without a label/,
  ])
    assert.match(said, words);
  assert.match(found.notes.join('\n'), /a model’s, and not used: 1 prediction/);
  assert.match(found.notes.join('\n'), /has 2 annotations: the ground truth, or the last, is used/);
});

test('label studio - JSON_MIN', async () => {
  const { path } = await labelFolder({
    'min.json': [
      {
        image: '/data/upload/1/1a2b3c4d-a.jpg',
        id: 1,
        label: [
          {
            x: 5,
            y: 20,
            width: 15,
            height: 40,
            rotation: 0,
            rectanglelabels: ['deer'],
            original_width: 200,
            original_height: 100,
          },
        ],
        annotator: 1,
        annotation_id: 1,
        created_at: '2024-05-01T10:00:00Z',
      },
    ],
    'a.jpg': null,
  });
  assert.deepEqual((await read(path)).pictures, { 'a.jpg': ['deer 10,20,30,40'] });
});

test('label studio - tracks of a video, between the frames that were set while they are enabled', async () => {
  const at = (frame: number, x: number, enabled = true) => ({
    frame,
    x,
    y: 25,
    width: 25,
    height: 50,
    enabled,
    rotation: 0,
  });
  const video = (sequence: readonly object[], labels: readonly string[]) =>
    region({ framesCount: 20, sequence, labels }, 'videorectangle');
  const { path } = await labelFolder({
    'video.json': [
      {
        id: 1,
        data: { video: '/data/upload/1/1a2b3c4d-clip.mp4' },
        annotations: [
          { result: [video([at(1, 0), at(3, 50, false), at(6, 0)], ['deer']), video([at(21, 0)], ['fox'])] },
        ],
      },
    ],
  });
  const found = await read(path);
  assert.deepEqual(found.labels, [
    '0#1 deer 0,60,80,120',
    '1#1 deer 80,60,80,120',
    '2#1 deer 160,60,80,120',
    '5#1 deer 0,60,80,120',
  ]);
  assert.match(found.leftOut.join(), /clip\.mp4 has no such frame; found frame 20/);
});

test('label studio - a label whose shape has no position takes its picture out: it is no text', async () => {
  const value = { width: 15, height: 40, rectanglelabels: ['deer'] };
  const { path } = await labelFolder({
    'tasks.json': [
      { id: 1, data: { image: 'a.jpg' }, annotations: [{ result: [region(value)] }] },
      { id: 2, data: { image: 'https://x.org/b.jpg?sig=1' }, annotations: [{ result: [rectangle()] }] },
    ],
    'a.jpg': null,
    'b.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'b.jpg': ['deer 10,20,30,40'] });
  assert.match(found.leftOut.join(), /a\.jpg; found deer without a shape.*so a\.jpg is not used/);
});

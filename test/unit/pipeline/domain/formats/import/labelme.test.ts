import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelFolder, read } from '../../../../../fixtures/label-folder.ts';

const shape = (shape_type: string, points: unknown, label = 'deer') => ({ label, shape_type, points });
const document = (imagePath: string, shapes: readonly object[], more: object = {}) => ({
  version: '5.4.1',
  shapes,
  imagePath,
  imageData: null,
  imageWidth: 200,
  imageHeight: 100,
  ...more,
});

test('labelme - rectangles either way round, polygons, circles and masks have a box', async () => {
  const { path } = await labelFolder({
    'a.json': document('a.jpg', [
      shape('rectangle', [
        [40, 60],
        [10, 20],
      ]),
      shape('polygon', [
        [80, 10],
        [120, 20],
        [100, 50],
      ]),
      shape('circle', [
        [150, 50],
        [150, 70],
      ]),
      shape('mask', [
        [5, 5],
        [15, 25],
      ]),
    ]),
    'a.jpg': null,
  });
  assert.deepEqual((await read(path)).pictures, {
    'a.jpg': ['deer 10,20,30,40', 'deer 80,10,40,40', 'deer 130,30,40,40', 'deer 5,5,10,20'],
  });
  assert.deepEqual((await read(join(path, 'a.json'))).format, 'labelme');
});

test('labelme - without shapes a picture is empty; lines and points take theirs out; flags are said', async () => {
  const box = shape('rectangle', [
    [10, 20],
    [40, 60],
  ]);
  const { path } = await labelFolder({
    'json/a.json': document('..\\images\\a.jpg', [{ ...box, group_id: 1 }], { flags: { night: true } }),
    'json/none.json': document('../images/none.jpg', []),
    'json/line.json': document('../images/line.jpg', [
      box,
      shape('linestrip', [
        [1, 2],
        [3, 4],
      ]),
    ]),
    'json/flag.json': document('../images/flag.jpg', [], { flags: { deer: true, empty: false } }),
    'json/gone.json': document('../images/gone.jpg', [box]),
    ...Object.fromEntries(['a', 'none', 'line', 'flag'].map((name) => [`images/${name}.jpg`, null])),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'images/a.jpg': ['deer 10,20,30,40'], 'images/none.jpg': [] });
  const said = found.leftOut.join('\n');
  assert.match(
    said,
    /line\.json: shape 2; found deer: linestrip.*so line\.jpg is not used, nor what else is in it/,
  );
  assert.match(said, /flag\.json: flags; found deer without a shape/);
  assert.match(said, /1 picture missing; found no \.\.\/images\/gone\.jpg/);
  assert.match(found.notes.join(), /not kept: group_id 1 x, picture flag night 1 x/);
});

test('labelme - a copied file speaks of two pictures, a broken one is named: nothing is guessed', async () => {
  const box = shape('rectangle', [
    [10, 20],
    [40, 60],
  ]);
  const { path } = await labelFolder({
    'a.json': document('b.jpg', [box]),
    'b.json': document('b.jpg', []),
    'c.json': '{"version":"5","shapes":[',
    'a.jpg': null,
    'b.jpg': null,
    'c.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'b.jpg': [] });
  assert.match(
    found.leftOut.join('\n'),
    /b\.jpg is ambiguous, and not used; found b\.jpg, a\.jpg, as a\.json is called/,
  );
  assert.match(found.leftOut.join('\n'), /c\.json: can’t be read/);
  await assert.rejects(read(join(path, 'c.json')), /found a JSON file that can't be read/);
});

test('labelme - shapes that are none, and JSON of another kind, are said beside the others', async () => {
  const { path } = await labelFolder({
    'a.json': { ...document('a.jpg', []), shapes: null },
    'b.json': document('b.jpg', []),
    'classes.json': { deer: 1 },
    'a.jpg': null,
    'b.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'b.jpg': [] });
  assert.match(found.leftOut.join(), /a\.json: shapes; found null, expected a list/);
  assert.match(found.notes.join(), /JSON of another kind, and not used: classes\.json/);
});

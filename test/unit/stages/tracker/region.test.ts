import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, intersection } from '../../../../pipeline/domain/vision/box.ts';
import { framesServed, searchRegion, seekRegion, stillServes } from '../../../../stages/tracker/region.ts';

const rules = { regionSide: 416, regionScale: 1.5 };
const picture = { width: 1280, height: 720 };

test('search region - a square of the detector’s side around the box', () => {
  assert.deepEqual(searchRegion([600, 300, 80, 60], picture, rules), [432, 122, 416, 416]);
});

test('search region - moved into the picture at its edges', () => {
  assert.deepEqual(searchRegion([10, 5, 80, 60], picture, rules), [0, 0, 416, 416]);
  assert.deepEqual(searchRegion([1230, 690, 50, 30], picture, rules), [864, 304, 416, 416]);
});

test('search region - grows with a near animal', () => {
  assert.deepEqual(searchRegion([400, 100, 400, 300], picture, rules), [300, 0, 600, 600]);
});

test('search region - no larger than the picture', () => {
  assert.deepEqual(searchRegion([407, 62, 165, 217], { width: 640, height: 360 }, rules), [224, 0, 416, 360]);
  assert.deepEqual(searchRegion([100, 20, 150, 150], { width: 320, height: 180 }, rules), [0, 0, 320, 180]);
});

test('search region - serves until the box is nearer to its side than 8 % of it', () => {
  const region = [432, 122, 416, 416] as const;
  assert.ok(stillServes(region, [600, 300, 80, 60], picture, rules));
  assert.ok(stillServes(region, [734, 300, 80, 60], picture, rules), '34 px left');
  assert.ok(!stillServes(region, [736, 300, 80, 60], picture, rules), '32 px left');
  assert.ok(!stillServes(region, [464, 300, 80, 60], picture, rules));
  assert.ok(!stillServes(region, [600, 154, 80, 60], picture, rules));
});

test('search region - its side at the picture’s edge does not count: there is nothing behind it', () => {
  assert.ok(stillServes([0, 0, 416, 416], [0, 0, 80, 60], picture, rules));
  assert.ok(stillServes([864, 304, 416, 416], [1200, 660, 80, 60], picture, rules));
});

test('search region - serves no longer where the animal has become small in it', () => {
  const region = searchRegion([400, 100, 400, 300], picture, rules);
  assert.ok(stillServes(region, [450, 200, 320, 240], picture, rules));
  assert.ok(!stillServes(region, [500, 250, 200, 150], picture, rules));
});

test('search region - foresees how long it serves from where the box is going', () => {
  const region = [432, 122, 416, 416] as const; // margin 33.28 px
  const box = [600, 300, 80, 60] as const;
  assert.equal(framesServed(region, box, picture, { x: 0, y: 0 }), Infinity);
  assert.equal(framesServed(region, box, picture, { x: 10, y: 0 }), 14); // 134.72 px
  assert.equal(framesServed(region, box, picture, { x: -10, y: -40 }), 4); // 144.72 px up
  assert.equal(framesServed([0, 0, 416, 416], [20, 20, 80, 60], picture, { x: -10, y: 0 }), Infinity);
  assert.equal(framesServed(region, [780, 300, 80, 60], picture, { x: 1, y: 0 }), 1);
});

test('new animals - a small picture is looked at whole, a large one in its tiles, too', () => {
  const small = { width: 640, height: 360 };
  assert.deepEqual(seekRegion(small, 1, rules), [0, 0, 640, 360]);
  assert.deepEqual(seekRegion(picture, 0, rules), [0, 0, 1280, 720]);
  const looked = Array.from({ length: 12 }, (_, i) => seekRegion(picture, 2 * i + 1, rules));
  assert.ok(looked.every(([, , w, h]) => w === 624 && h === 624));
  const everywhere: Box[] = [0, 320, 640, 960, 1240].flatMap((x) =>
    [0, 340, 680].map((y): Box => [x, y, 40, 40]),
  );
  for (const animal of everywhere)
    assert.ok(
      looked.some((tile) => intersection(tile, animal) === 1600),
      `${animal}`,
    );
});

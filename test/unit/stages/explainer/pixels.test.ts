import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPixels, resample, toUnit } from '../../../../stages/explainer/pixels.ts';

const map = (width: number, height: number, ...values: number[]) => ({
  values: Float32Array.from(values),
  width,
  height,
});
const raster = { data: new Uint8Array(), width: 0, height: 0 };

test('resample - is bilinear between the centres of cells, as OpenCV’s resize', () => {
  const { values } = resample(map(2, 1, 0, 4), { width: 4, height: 1 });
  assert.deepEqual([...values], [0, 1, 3, 4]);
  const square = resample(map(2, 2, 0, 4, 8, 12), { width: 4, height: 4 });
  assert.equal(square.values[5], 3); // 1/4 across, 1/4 down
});

test('onPixels - shows each cell where the model saw it, and nothing of the padding', () => {
  // a region of 8 x 4 px fills the upper half of the 16 px square; the map's lower half is over padding
  const shown = onPixels(map(2, 2, 1, 3, 9, 9), { raster, scale: 2, region: [5, 6, 8, 4] }, 16);
  assert.deepEqual([shown.width, shown.height], [8, 4]);
  assert.equal(shown.values[0], 1);
  assert.equal(shown.values[7], 3);
  assert.equal(shown.values[3], 1.75); // 3.5 px of 8: 0.375 between the cells' centres
});

test('toUnit - the largest becomes 1, nothing stays nothing', () => {
  assert.deepEqual([...toUnit(map(2, 1, 1, 4)).values], [0.25, 1]);
  assert.deepEqual([...toUnit(map(2, 1, 0, 0)).values], [0, 0]);
});

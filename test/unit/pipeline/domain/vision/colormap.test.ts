import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colormap, colormapNames, colourise } from '../../../../../pipeline/domain/vision/colormap.ts';
import opencv from './cases/colormap.json' with { type: 'json' };

for (const name of colormapNames) {
  test(`colormap - ${name} is OpenCV’s to 1 level`, () => {
    const expected = Buffer.from(opencv.rgb[name], 'hex');
    const colours = colormap(name);
    assert.equal(colours.length, 256 * 3);
    for (const [i, level] of colours.entries()) {
      const there = `colour ${Math.trunc(i / 3)}: ${level} for ${expected[i]}`;
      assert.ok(Math.abs(level - expected[i]!) <= 1, there);
    }
  });
}

test('colourise - 0 has the first colour, 1 the last, and what lies beyond is held there', () => {
  const { data, width, height } = colourise(Float32Array.of(0, 1, -3, 7), 2, 2, 'jet');
  assert.deepEqual([width, height], [2, 2]);
  assert.deepEqual([...data], [0, 0, 128, 128, 0, 0, 0, 0, 128, 128, 0, 0]);
});

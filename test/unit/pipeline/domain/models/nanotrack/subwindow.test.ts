/** Expected numbers are those of NanoTrack's own `get_subwindow` with OpenCV 5.0 on the same picture. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanColour, subwindow } from '../../../../../../pipeline/domain/models/nanotrack/subwindow.ts';

const picture = byFormula(20, 14);
const padding = [126, 125, 130] as const;

/** Blue, row by row, and the sum over the three channels. */
const cut = (x: number, y: number, extent: number, side: number) => {
  const values = [...subwindow(picture, { x, y }, extent, side, padding)];
  assert.equal(values.length, 3 * side * side);
  return { blue: values.slice(0, side * side), sum: values.reduce((a, b) => a + b, 0) };
};

test('subwindow - the mean colour is cut to whole numbers', () => {
  assert.deepEqual(meanColour(picture), padding);
});

test('subwindow - a square of the asked size keeps its pixels', () => {
  const { blue, sum } = cut(10, 7, 6, 6);
  assert.deepEqual(blue.slice(0, 12), [93, 146, 136, 189, 179, 232, 124, 186, 185, 184, 246, 245]);
  assert.equal(sum, 15560);
});

test('subwindow - a larger square is scaled as OpenCV does', () => {
  const { blue, sum } = cut(9.5, 6.5, 8, 5);
  assert.deepEqual(
    blue,
    [
      39, 43, 97, 134, 141, 104, 91, 140, 183, 210, 133, 139, 208, 216, 161, 165, 188, 203, 219, 86, 193, 224,
      69, 78, 90,
    ],
  );
  assert.equal(sum, 9759);
});

test('subwindow - what lies beyond the picture has the mean colour', () => {
  const { blue, sum } = cut(1, 12.4, 9, 4);
  assert.deepEqual(blue, [130, 130, 112, 163, 130, 130, 204, 159, 130, 130, 33, 54, 130, 130, 130, 130]);
  assert.equal(sum, 6171);
  assert.deepEqual([...new Set(cut(300, 300, 9, 4).blue)], [130]);
});

test('subwindow - a smaller square at the right edge is enlarged', () => {
  const { blue, sum } = cut(18.2, 3, 5, 9);
  assert.deepEqual(
    blue.slice(0, 18),
    [105, 111, 120, 130, 139, 148, 158, 167, 173, 118, 125, 136, 147, 158, 169, 180, 192, 198],
  );
  assert.ok(Math.abs(sum - 35169) <= 5, `${sum}`); // a few of 243 numbers are one off
});

function byFormula(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x * 17 + y * 31 + channel * 53 + ((x * y) % 7) * 9; // modulo 256
  });
  return { data, width, height };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import type { GreyRaster } from '../../../../../pipeline/domain/vision/image.ts';
import { globalMotion } from '../../../../../pipeline/domain/vision/registration.ts';

const [width, height] = [160, 96];

test('registration - a camera that turned is told by how much, through noise and a change of light', () => {
  for (const [dx, dy] of [
    [5, -3],
    [-14, 2],
    [0, 9],
  ] as const) {
    const found = globalMotion(scene(0, 0, 1), scene(dx, dy, 2, 25));
    assert.ok(Math.abs(found.dx - dx) < 0.3 && Math.abs(found.dy - dy) < 0.3, JSON.stringify(found));
    assert.ok(found.support > 0.8, JSON.stringify(found));
  }
});

test('registration - an animal that crosses is not the camera', () => {
  const still = globalMotion(animal(scene(0, 0, 1), 40), animal(scene(0, 0, 2), 47));
  assert.deepEqual([still.dx, still.dy], [0, 0]);
  assert.ok(still.support > 0.7 && still.support < 1, JSON.stringify(still));
  const turned = globalMotion(animal(scene(0, 0, 1), 40), animal(scene(4, 0, 2), 51));
  assert.ok(Math.abs(turned.dx - 4) < 0.3, JSON.stringify(turned));
});

test('registration - where nothing can be held on to, or another picture is shown, no motion is claimed', () => {
  const flat = { data: new Uint8Array(width * height).fill(90), width, height };
  assert.deepEqual(globalMotion(flat, flat), { dx: 0, dy: 0, support: 0 });
  const cut = globalMotion(scene(0, 0, 1), scene(300, 210, 2));
  assert.ok(cut.support < 0.4, JSON.stringify(cut));
});

/** A ground of patches that never repeats, seen shifted, with noise. */
function scene(dx: number, dy: number, seed: number, light = 0): GreyRaster {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const ground = patches(500 + (i % width) - dx, 500 + Math.floor(i / width) - dy);
    return Math.round(80 + light + 90 * ground + 2 * random.normal());
  });
  return { data, width, height };
}

/** Random values at every sixth px, and between them on straight lines; 0..1. */
function patches(x: number, y: number): number {
  const [column, row] = [Math.floor(x / 6), Math.floor(y / 6)];
  const [across, down] = [x / 6 - column, y / 6 - row];
  const at = (i: number, j: number) => seededRandom((column + i) * 7919 + (row + j)).next();
  const upper = at(0, 0) * (1 - across) + at(1, 0) * across;
  const lower = at(0, 1) * (1 - across) + at(1, 1) * across;
  return upper * (1 - down) + lower * down;
}

/** Stripes of 40 x 30 px. */
function animal(picture: GreyRaster, left: number): GreyRaster {
  const data = picture.data.slice();
  for (let y = 30; y < 60; y++) {
    for (let x = 0; x < 40; x++) data[y * width + left + x] = 120 + 80 * Math.sin(x * 0.9 + y * 0.2);
  }
  return { data, width, height };
}

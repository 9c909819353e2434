import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  fit,
  pan,
  toPicture,
  toScreen,
  zoom,
} from '../../../../../../../stages/filter/page/src/canvas/viewport.ts';

const picture = { width: 640, height: 360 };
const canvas = { width: 1000, height: 500 };

describe('viewport', () => {
  test('fits all of the picture, in the middle', () => {
    assert.deepEqual(fit(picture, { width: 1280, height: 900 }), { scale: 2, x: 0, y: 90 });
    assert.deepEqual(fit(picture, { width: 1000, height: 360 }), { scale: 1, x: 180, y: 0 });
  });

  test('a point of the screen and its picture pixel lead to each other', () => {
    const view = { scale: 2.5, x: -30, y: 12 };
    assert.deepEqual(toPicture(view, { x: 70, y: 62 }), { x: 40, y: 20 });
    assert.deepEqual(toScreen(view, { x: 40, y: 20 }), { x: 70, y: 62 });
  });

  test('zooming leaves what lies under the pointer where it is', () => {
    const at = { x: 700, y: 310 };
    const before = fit(picture, canvas);
    const after = zoom(before, 3, at, picture, canvas);
    const [was, is] = [toPicture(before, at), toPicture(after, at)];
    assert.ok(Math.hypot(was.x - is.x, was.y - is.y) < 1e-9);
    assert.equal(after.scale, before.scale * 3);
  });

  test('never zooms out beyond all of the picture, nor in beyond 40 times', () => {
    const all = fit(picture, canvas);
    assert.deepEqual(zoom(all, 0.1, { x: 3, y: 3 }, picture, canvas), all);
    assert.equal(zoom(all, 1000, { x: 500, y: 250 }, picture, canvas).scale, 40);
  });

  test('a large picture can’t be moved off the canvas, a small one stays in the middle', () => {
    const near = { scale: 4, x: -100, y: -100 };
    assert.deepEqual(pan(near, 5_000, 5_000, picture, canvas), { scale: 4, x: 0, y: 0 });
    assert.deepEqual(pan(near, -5_000, -5_000, picture, canvas), { scale: 4, x: -1560, y: -940 });
    const small = fit(picture, canvas);
    assert.deepEqual(pan(small, 40, 40, picture, canvas), small);
  });
});

/** Expected boxes are those of NanoTrack's own loop in Python (onnxruntime 1.32, OpenCV 5.0) on the same pictures. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  openFollower,
  TemplateFollower,
} from '../../../../../../pipeline/domain/models/nanotrack/follower.ts';
import { type Box, iou } from '../../../../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../../../../pipeline/runtime/errors.ts';
import { dataPath, noData } from '../../../../../fixtures/shared-data.ts';

const [backbone, head] = ['backbone', 'head'].map((part) => dataPath(`weights/nanotrack_v3_${part}.onnx`));
const skip = backbone && head ? false : noData;
const dir = await mkdtemp(join(tmpdir(), 'shika-nanotrack-'));
after(() => rm(dir, { recursive: true }));

const first: Box = [58, 55, 44, 30];

test('follower - finds what NanoTrack finds', { skip }, async () => {
  const follower = await TemplateFollower.open({ backbone: backbone!, head: head! });
  const template = await follower.template(scene(80, 70), first);
  const features = [0, 1000, 3000, 6000].map((i) => template.features[i]!);
  near(features, [-2.60575, -0.19727, 0.82616, 0.45088], 0.01);
  const expected = [
    [62.391, 56.371, 43.953, 30.478],
    [65.516, 57.489, 43.69, 30.944],
    [68.483, 58.755, 43.628, 31.249],
  ];
  let box = first;
  for (const [i, truth] of expected.entries()) {
    const found = await follower.search(template, scene(83 + 3 * i, 71 + i), box);
    near(found.box, truth, 0.2);
    assert.ok(found.score > 0.999, `${found.score}`);
    box = found.box;
  }
  await follower.dispose();
});

test('follower - keeps hold of a patch that moves, and its score falls when the patch is gone', {
  skip,
}, async () => {
  const follower = await TemplateFollower.open({ backbone: backbone!, head: head! });
  const template = await follower.template(scene(80, 70), first);
  let box = first;
  for (let i = 1; i < 25; i++) {
    const found = await follower.search(template, scene(80 + 3 * i, 70 + i), box);
    box = found.box;
    assert.ok(found.score > 0.999, `${found.score}`);
    const overlap = iou(box, [58 + 3 * i, 55 + i, 44, 30]);
    assert.ok(overlap > 0.75, `frame ${i}: IoU ${overlap} at [${box}]`);
  }
  const { score } = await follower.search(template, scene(-100, -100), box);
  assert.ok(score < 0.99, `${score}`);
  await follower.dispose();
});

test('follower - the same picture, template and box give the same again', { skip }, async () => {
  const follower = await TemplateFollower.open({ backbone: backbone!, head: head! });
  const once = await follower.template(scene(80, 70), first);
  const kept = structuredClone(once);
  await follower.search(once, scene(120, 60), first);
  assert.deepEqual(await follower.template(scene(80, 70), first), kept);
  const found = await follower.search(once, scene(83, 71), first);
  assert.deepEqual(await follower.search(kept, scene(83, 71), first), found);
  await follower.dispose();
});

test('follower - a box that reaches beyond the picture is followed, too', { skip }, async () => {
  const follower = await TemplateFollower.open({ backbone: backbone!, head: head! });
  const template = await follower.template(scene(10, 70), [-12, 55, 44, 30]);
  const { box } = await follower.search(template, scene(13, 71), [-12, 55, 44, 30]);
  assert.ok(iou(box, [-9, 56, 44, 30]) > 0.75, `[${box}]`);
  await follower.dispose();
});

test('follower - where the weights are missing there is none, and it says why', async () => {
  const opened = await openFollower([]);
  assert.equal(opened.follower, null);
  assert.match(opened.why, /weights get nanotrack/);
});

test('follower - files of something else are named', async () => {
  const other = join(dir, 'other.onnx');
  await writeFile(other, 'not a network at all');
  for (const files of [
    { backbone: other, head: other },
    { backbone: join(dir, 'missing.onnx'), head: other },
    ...(skip ? [] : [{ backbone: head!, head: backbone! }]),
  ]) {
    await assert.rejects(TemplateFollower.open(files), (error: unknown) => {
      assert.ok(error instanceof PoisonError, `${error}`);
      assert.ok(error.message.includes(files.backbone), error.message);
      return true;
    });
  }
  const opened = await openFollower([other, other]);
  assert.equal(opened.follower, null);
  assert.match(opened.why, /other\.onnx is not NanoTrack V3/);
});

/** A striped ellipse of 44 x 30 px with its middle at a place of a smooth background. */
function scene(middleX: number, middleY: number): Raster {
  const [width, height] = [200, 150];
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const [dx, dy] = [x - middleX, y - middleY];
    data[at] = Math.round(
      (dx / 22) ** 2 + (dy / 15) ** 2 < 1
        ? 150 + 60 * Math.sin(dx * 0.5 + channel) * Math.cos(dy * 0.4)
        : 110 + 25 * Math.sin(x * 0.11 + channel) + 20 * Math.cos(y * 0.07 - channel),
    );
  }
  return { data, width, height };
}

function near(found: readonly number[], expected: readonly number[], tolerance: number): void {
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance, `[${found}], expected [${expected}]`);
  });
}

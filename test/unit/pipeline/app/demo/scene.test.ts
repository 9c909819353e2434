import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expose, type Seen } from '../../../../../pipeline/app/demo/camera.ts';
import { nightScene } from '../../../../../pipeline/app/demo/night.ts';
import {
  filmScene,
  firstBoxes,
  photograph,
  type Scene,
  truthOf,
} from '../../../../../pipeline/app/demo/scene.ts';
import { type Box, iou } from '../../../../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';
import { scenes } from '../../../../fixtures/scenes/scenes.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shika-scene-'));
});
after(() => rm(dir, { recursive: true, force: true }));

/** These frames alone. */
function only({ exposures, ...scene }: Scene, ...frames: number[]): Scene {
  return { ...scene, exposures: frames.map((frame) => exposures[frame]!) };
}

function meanGrey({ data }: Raster, [left, top, w, h]: Box, width: number): number {
  let sum = 0;
  for (let y = top; y < top + h; y++) for (let x = left; x < left + w; x++) sum += data[(y * width + x) * 3]!;
  return sum / (w * h);
}

test('scene - the same seed gives the same pictures, another seed another way', async () => {
  for (const [name, build] of Object.entries(scenes)) {
    const [one, same, other] = await Promise.all([build(1), build(1), build(2)]);
    assert.deepEqual(one.exposures, same.exposures, name);
    assert.notDeepEqual(one.exposures, other.exposures, name);
  }
  const [a, b] = await Promise.all([nightScene(3), nightScene(3)]);
  assert.deepEqual(expose(a.site, a.exposures[140]!), expose(b.site, b.exposures[140]!));
});

test('night - colour at dusk, then grey; the lamp lights the middle; frames flicker, some come twice', async () => {
  const night = await nightScene(1);
  const lights = night.exposures.map(({ light }) => light);
  const from = lights.findIndex(({ infrared }) => infrared);
  assert.ok(from > 10 && lights.slice(from).every(({ infrared }) => infrared));
  assert.ok(lights[from]!.exposure > 1.4, 'too bright at first');
  const settled = new Set(lights.slice(from + 20).map(({ exposure }) => exposure));
  assert.ok(settled.size > 100 && Math.max(...settled) / Math.min(...settled) > 1.1, 'flickers');
  const repeated = night.exposures.filter((shot, i) => shot === night.exposures[i - 1]);
  assert.ok(repeated.length > 2 && repeated.length < 25, `${repeated.length}`);

  const [dusk, dark] = [...photograph(only(night, from - 1, from + 40))].map(({ raster }) => raster);
  assert.ok(dusk!.data.some((value, at) => at % 3 === 0 && Math.abs(value - dusk!.data[at + 2]!) > 12));
  assert.ok(
    dark!.data.every((value, at) => at % 3 === 0 || value === dark!.data[at - 1]),
    'grey',
  );
  const [middle, corner] = [meanGrey(dark!, [280, 190, 80, 60], 640), meanGrey(dark!, [0, 0, 80, 60], 640)];
  assert.ok(middle > 2 * corner && middle < 130, `${middle} and ${corner}`);
});

test('night - the deer walks in, stands where it is for long, walks on and leaves', async () => {
  for (const seed of [1, 2, 3, 11, 12, 13]) {
    const { exposures, site } = await nightScene(seed);
    const x = exposures.map(({ animals }) => animals[0]!.x);
    const still = x.filter((value, i) => Math.abs(value - (x[i - 1] ?? Number.NaN)) < 0.01);
    assert.ok(still.length > 80, `stands for ${still.length} frames`);
    const truth = truthOf(
      [0, 70, 100, 287].map((at) => expose(site, exposures[at]!).seen),
      { width: 640, height: 360 },
    );
    assert.deepEqual(
      truth.map(({ box }) => box !== null),
      [false, true, true, false],
    );
  }
});

test('night - an eye that looks at the camera shines', async () => {
  const { site, exposures } = await nightScene(1);
  const shot = exposures.findLast(({ animals }) => Math.abs(animals[0]!.pose.look) > 0.75)!;
  const light = { ...shot.light, infrared: true };
  const brightest = (eyeShine: number) =>
    expose(site, { ...shot, light: { ...light, night: { ...light.night!, eyeShine } } }).raster.data.reduce(
      (most, value) => Math.max(most, value),
    );
  assert.ok(brightest(0.8) > brightest(0) + 30, `${brightest(0.8)} and ${brightest(0)}`);
});

test('three animals - each is seen alone and hidden, two cross, all leave', async () => {
  const scene = await scenes.three!(1);
  const shots = Array.from({ length: 30 }, (_, i) => i * 10);
  const seen = [...photograph(only(scene, ...shots))].map((picture) => picture.seen);
  const overlaps = seen.flatMap((animals) => {
    const boxes = animals.flatMap(({ whole }) => (whole ? [whole] : []));
    return boxes.flatMap((a, i) => boxes.slice(i + 1).map((b) => iou(a, b)));
  });
  assert.ok(Math.max(...overlaps) > 0.2, `${Math.max(...overlaps)}`);
  for (const track of [0, 1, 2, 3]) {
    const hidden = seen.flatMap((animals) => (animals[track]!.box ? [animals[track]!.hidden] : []));
    assert.ok(Math.min(...hidden) < 0.2 && Math.max(...hidden) > 0.25, `${track}: ${hidden}`);
  }
  assert.ok(seen[0]![3]!.box === null, 'the last one comes later');
});

test('stone - what looks like an animal stays where it is while the branch swings', async () => {
  const scene = await scenes.stone!(1);
  const still = only(scene, 0, 20);
  const [a, b] = [...photograph(still)].map(({ raster, seen }) => ({ raster, seen }));
  assert.deepEqual(a!.seen[0]!.box, null);
  const changed = (left: number, top: number, w: number, h: number) => {
    let count = 0;
    for (let y = top; y < top + h; y++)
      for (let x = left; x < left + w; x++)
        if (Math.abs(a!.raster.data[(y * 640 + x) * 3]! - b!.raster.data[(y * 640 + x) * 3]!) > 25) count++;
    return count / (w * h);
  };
  assert.ok(changed(0, 10, 180, 90) > 4 * changed(60, 230, 220, 60), 'branch and stones');
});

test('moving camera - the truth moves with the window', async () => {
  for (const name of ['pan', 'knock']) {
    const scene = await scenes[name]!(1);
    const windows = scene.exposures.map(({ window }) => window!);
    const ways = windows.map(({ left }, i) => Math.abs(left - (windows[i - 1]?.left ?? left)));
    assert.ok(
      name === 'pan' ? Math.max(...ways) < 8 : Math.max(...ways) > 9,
      `${name}: ${Math.max(...ways)}`,
    );
    const shot = scene.exposures[130]!;
    const { window, ...whole } = shot;
    const [inside, outside] = [expose(scene.site, shot), expose(scene.site, whole)];
    assert.deepEqual([inside.raster.width, inside.raster.height], [448, 252]);
    const [x, y, w, h] = inside.seen[0]!.box!;
    const [fullX, fullY, fullW, fullH] = outside.seen[0]!.box!;
    assert.ok(Math.abs(x + window!.left - fullX) < 1 && Math.abs(y + window!.top - fullY) < 1);
    assert.ok(Math.abs(w - fullW) < 1 && Math.abs(h - fullH) < 1);
  }
});

test('scene - a film has a picture an exposure, and a repeated exposure is the same picture', async () => {
  const night = await nightScene(1);
  const path = join(dir, 'night.mp4');
  let pictures = 0;
  const seen = await filmScene(path, only(night, 100, 100, 101), () => pictures++);
  assert.deepEqual([seen.length, pictures], [3, 3]);
  assert.deepEqual(seen[0], seen[1]);
  let frames = 0;
  for await (const _ of decodeClip(path)) frames++;
  assert.equal(frames, 3);
});

test('scene - a person draws an animal on the first frame that has all of it and shows most', () => {
  const size = { width: 40, height: 40 };
  const seen = (box: Box | null, whole: Box | null, hidden: number): Seen => ({ box, whole, hidden });
  const [cut, inside, other]: Box[] = [
    [31, 5, 9, 9],
    [20, 5, 9, 9],
    [5, 5, 9, 9],
  ];
  const truth = truthOf(
    [
      [seen(null, null, 1), seen(other!, other!, 0)],
      [seen(cut!, cut!, 0.2), seen(other!, other!, 0)],
      [seen([22, 5, 2, 2], inside!, 0.8), seen(null, null, 1)],
      [seen(inside!, inside!, 0.2), seen(null, null, 1)],
    ],
    size,
  );
  assert.deepEqual(
    firstBoxes(truth).map(({ frame, track, box }) => [frame, track, box]),
    [
      [3, 1, inside],
      [0, 2, other],
    ],
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DeerPlacement } from '../../../../../pipeline/app/demo/body.ts';
import { type Exposure, expose } from '../../../../../pipeline/app/demo/camera.ts';
import { type DemoFiles, writeDemo } from '../../../../../pipeline/app/demo/demo.ts';
import { scaleAt } from '../../../../../pipeline/app/demo/layer.ts';
import { buildSite, type Site } from '../../../../../pipeline/app/demo/site.ts';
import { bonesOf, type Pose, strideLength } from '../../../../../pipeline/app/demo/skeleton.ts';
import { clipExposures } from '../../../../../pipeline/app/demo/story.ts';
import { readHand } from '../../../../../pipeline/domain/formats/hand.ts';
import { readTruth } from '../../../../../pipeline/domain/formats/truth.ts';
import { clipIdOf } from '../../../../../pipeline/domain/vision/clip-id.ts';
import { decodeClip } from '../../../../../pipeline/domain/vision/video-decode.ts';

let dir: string;
let site: Site;
let files: DemoFiles;
const progress: [number, number][] = [];
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shika-demo-'));
  site = await buildSite(1);
  files = await writeDemo(dir, { onProgress: (done, total) => progress.push([done, total]) });
});
after(() => rm(dir, { recursive: true, force: true }));

const standing: Pose = { cycle: 0.1, stride: 0, neck: 0.6, look: 0, flick: 0, antlers: true };

function deerAt(x: number, y: number): DeerPlacement {
  return { x, y, scale: scaleAt(y), heading: 0, pose: standing, coat: { light: 0, warmth: 0, spots: 1 } };
}

function shotOf(...animals: DeerPlacement[]): Exposure {
  return { animals, time: 3, light: { exposure: 1.2, warmth: 0, infrared: false }, noiseSeed: 5 };
}

test('demo - the same shot is the same picture', () => {
  const [a, b] = [0, 1].map(() => expose(site, shotOf(deerAt(200, 270))).raster.data);
  assert.deepEqual(a, b);
});

test('demo - the box of an animal holds what it changes in the picture, and little else', () => {
  const empty = expose(site, shotOf()).raster;
  const { raster, seen } = expose(site, shotOf(deerAt(180, 270)));
  const [left, top, w, h] = seen[0]!.box!;
  assert.ok(seen[0]!.hidden < 0.03, `${seen[0]!.hidden}`);
  assert.ok(w > 100 && w < 200 && h > 100 && h < 180, `${w} x ${h}`);
  for (let at = 0; at < empty.data.length; at += 3) {
    const [x, y] = [(at / 3) % 640, Math.floor(at / 3 / 640)];
    // its shade falls on the ground around its feet
    if (y > top + h - 30 || (x >= left - 1 && x <= left + w && y >= top - 1)) continue;
    assert.ok(Math.abs(empty.data[at]! - raster.data[at]!) <= 2, `changed at ${x}, ${y}`);
  }
});

test('demo - the bush hides an animal behind it and not one before it', () => {
  const behind = expose(site, shotOf(deerAt(395, 275))).seen[0]!;
  const before = expose(site, shotOf(deerAt(395, 316))).seen[0]!;
  assert.ok(behind.hidden > 0.25 && behind.hidden < 0.7, `${behind.hidden}`);
  assert.ok(before.hidden < 0.05, `${before.hidden}`);
});

test('demo - the nearer of two animals hides the other', () => {
  const { seen } = expose(site, shotOf(deerAt(200, 285), deerAt(200, 270)));
  assert.ok(seen[0]!.hidden < 0.05 && seen[1]!.hidden > 0.4, JSON.stringify(seen));
});

test('demo - an animal outside the picture has no box', () => {
  assert.deepEqual(expose(site, shotOf(deerAt(1200, 270))).seen, [{ box: null, whole: null, hidden: 1 }]);
});

test('demo - a foot on the ground does not slip while the body walks over it', () => {
  const hoof = (cycle: number) =>
    bonesOf({ ...standing, cycle, stride: 1 }).find(({ coat }) => coat === 'hoof')!.from;
  const places = [0.05, 0.2, 0.35, 0.5].map((cycle) => hoof(cycle)[0] + cycle * strideLength);
  for (const place of places) assert.ok(Math.abs(place - places[0]!) < 1e-9, `${places}`);
});

test('demo - the clip shows one animal that walks, stands, turns round and passes behind the bush', () => {
  const animals = clipExposures(1).map((shot) => shot.animals[0]!);
  assert.equal(animals.length, 160);
  const left = animals.findIndex(({ heading }) => heading < Math.PI / 2);
  assert.ok(animals[0]!.heading > 3 && left > 60 && left < 100);
  assert.ok(
    animals.some(({ pose }) => pose.stride === 0 && pose.neck < -0.8),
    'grazes',
  );
  assert.ok(animals.at(-1)!.x > 450);
});

test('demo - clip, first box and truth belong together', async () => {
  const { truth, problems } = await readTruth(files.truth);
  assert.deepEqual(problems, []);
  assert.equal(truth.length, 160);
  assert.ok(truth.every(({ box }) => box !== null));
  const rows = (await readFile(files.truth, 'utf8')).trim().split('\n').slice(1);
  const hidden = rows.map((row) => Number(row.split(',').at(-1)));
  assert.ok(
    hidden[0]! < 0.05 && Math.max(...hidden) > 0.3 && Math.max(...hidden) < 0.8,
    `${Math.max(...hidden)}`,
  );
  const first = (await readFile(files.first, 'utf8')).trim().split('\n');
  assert.equal(first[0], 'file,frame,x,y,w,h,label');
  assert.equal(first[1], `clearing.mp4,0,${truth[0]!.box!.join(',')},deer`);

  let frames = 0;
  for await (const { index, pts } of decodeClip(files.clip)) {
    assert.ok(Math.abs(pts - index / 12.5) < 1e-3);
    frames++;
  }
  assert.equal(frames, 160);
});

test('demo - the stills are read as hand-drawn boxes, the blanks among the held-out ones too', async () => {
  const hand = JSON.parse(await readFile(join(files.hand, 'coco.json'), 'utf8'));
  assert.deepEqual([hand.images.length, hand.annotations.length], [24, 24]);
  const heldOut = JSON.parse(await readFile(join(files.heldOut, 'coco.json'), 'utf8'));
  assert.deepEqual([heldOut.images.length, heldOut.annotations.length], [40, 34]);
  const { stills, anchors, problems } = await readHand([files.hand, files.first], [files.clip]);
  assert.deepEqual([stills.length, anchors.length, problems], [24, 1, []]);
});

test('demo - progress ends at its total', () => {
  assert.deepEqual(progress.at(-1), [224, 224]);
  assert.equal(progress.length, 224);
});

test('demo - the same seed gives the same clip, another seed another', async () => {
  const [same, other] = [expose(site, clipExposures(1)[9]!), expose(site, clipExposures(2)[9]!)];
  assert.deepEqual(expose(site, clipExposures(1)[9]!).raster, same.raster);
  assert.notDeepEqual(other.raster, same.raster);
  assert.match(await clipIdOf(files.clip), /^[0-9a-f]{16}$/);
});

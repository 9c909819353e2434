/**
 * A classifier of what is in labels: `shika train classifier` on a bus of its own, with the filter and the trainer as
 * processes. The labels are put there as a tracker and a person would have: two classes on a rendered clip.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expose } from '../../pipeline/app/demo/camera.ts';
import { buildSite } from '../../pipeline/app/demo/site.ts';
import { clipExposures, fps } from '../../pipeline/app/demo/story.ts';
import { LocalPipeline } from '../../pipeline/app/jobs/local-pipeline.ts';
import { stateFolder } from '../../pipeline/app/results/job-folder.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import type { ClassifierTraining } from '../../pipeline/domain/models/classifier/training.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { OwnedFolder } from '../../pipeline/runtime/supervisor/owned-folder.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Image } from '../../schemas/image.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { noCauses } from '../../schemas/terms.ts';
import { Track } from '../../schemas/track.ts';
import { BOUNDS } from '../bus/testbed.ts';
import { writeKerasWeights } from '../fixtures/keras-weights.ts';
import { dataPath } from '../fixtures/shared-data.ts';
import { type Ran, shika } from '../processes/shika.ts';

const clip = '0123456789abcdef';
const camera = 'clearing';
const size = { width: 640, height: 360 };
/** The deer's track and one of the ground beside it, which moves so that it is not one picture over and over. */
const labels = ['deer', 'ground'];
const frames = 120;
/** Of the deer; a person rejected them. */
const rejected = { from: 20, to: 29 };

let dir: string;
let out: string;
let weights: string;
let ran: Ran;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shika-species-'));
  out = join(dir, 'models', 'classifier');
  await openBackend('wasm');
  weights = dataPath('weights/mobilenetv2_0.35_tfjs') ?? (await writeKerasWeights(dir));
  await onBus(dir, publishLabels);
  const options = ['--weights', weights, '--recipe', 'note', '--epochs', '60', '--json'];
  ran = await shika(['train', 'classifier', '--out', dir, ...options]);
});
after(() => rm(dir, { recursive: true, force: true }));

/** On the store that a later command of this folder finds. */
async function onBus(folder: string, use: (bus: Bus) => Promise<void>): Promise<void> {
  const log = createLog('cli', 'warn');
  const owned = await OwnedFolder.claim(stateFolder(folder), { log });
  const pipeline = await LocalPipeline.open({
    folder: owned,
    keep: true,
    processes: {},
    env: {},
    bus: {},
    bounds: BOUNDS,
    log,
  });
  try {
    await use(pipeline.bus);
  } finally {
    await pipeline.close();
    owned.release();
  }
}

async function publishLabels(bus: Bus): Promise<void> {
  const site = await buildSite(1);
  for (const [index, shot] of clipExposures(1).slice(0, frames).entries()) {
    const { raster, seen } = expose(site, shot);
    const payload = await encodeJpeg(raster, 90);
    await bus.publish(outgoing(Image, { clip, index }, { clip, index, ...size }, { payload }));
    const boxes = [seen[0]?.box, [(7 * index) % 500, index % 40, 110, 90] as const];
    for (const [i, box] of boxes.entries()) {
      if (!box) continue; // the deer is not always in the picture
      const of = { clip, camera, track: i + 1, index, pts: index / fps, label: labels[i]! };
      const why = { cause: 'detected' as const, score: 0.9, model: null, region: null };
      const [x, y, w, h] = box;
      await bus.publish(outgoing(Track, of, { ...of, ...why, box: [x, y, w, h] }));
    }
  }
  const decided = { clip, by: 'test', at: new Date().toISOString() };
  for (const track of [1, 2]) {
    const all = { ...decided, track, from: 0, to: frames - 1, decision: 'accepted' as const };
    await bus.publish(outgoing(LabelReviewed, { clip, track }, all, { id: `all-${track}` }));
  }
  const some = { ...decided, track: 1, ...rejected, decision: 'rejected' as const };
  await bus.publish(outgoing(LabelReviewed, { clip, track: 1 }, some, { id: 'some' }));
  await publishTracked(bus, labels);
}

async function publishTracked(bus: Bus, labels: readonly string[]): Promise<void> {
  const tracked: ClipTracked = {
    clip,
    camera,
    file: 'clearing.mp4',
    ...size,
    fps,
    tracks: labels.map((label, i) => ({ track: i + 1, label, first: 0, last: frames - 1 })),
    causes: { ...noCauses(), detected: labels.length * frames },
    ledger: { decoded: frames, labelled: frames, empty: 0, skipped: {}, dead: 0 },
  };
  await bus.publish(outgoing(ClipTracked, { camera, clip }, tracked));
}

interface Result {
  readonly classes: readonly string[];
  readonly accuracy: number;
  readonly model: string;
  readonly promoted: boolean;
  readonly problems: readonly { kind: string; name: string }[];
}

const told = async (): Promise<ClassifierTraining> =>
  JSON.parse(await readFile(join(out, 'training.json'), 'utf8'));
const frameOf = (name: string) => Number(/#(\d+)\./.exec(name)?.[1]);

test('species - a classifier of the labels’ classes is trained, is right, and is the active one', async () => {
  assert.equal(ran.code, 0, ran.stderr);
  const { classes, accuracy, promoted, model } = ran.result as Result;
  assert.deepEqual(classes, labels);
  assert.equal(promoted, true);
  assert.ok(accuracy >= 0.8, `${accuracy}`);
  for (const file of ['model.json', 'card.json', 'report.html']) assert.ok(existsSync(join(out, file)), file);
  const listed = await shika(['models', '--out', dir]);
  assert.match(listed.stdout, new RegExp(`\\* ${model}  classifier  note .* deer,ground .*% right`));
});

test('species - rejected labels are left out, and what is held out lies two seconds behind', async () => {
  const { classes, leftOut } = await told();
  const [deer, ground] = classes.map(({ train, heldOut }) => ({ train, heldOut }));
  const dropped = (split: 'train' | 'heldOut', label: number) =>
    leftOut.filter(
      ({ name }) => name.endsWith(`.${label + 1}`) && frameOf(name) >= 96 === (split === 'heldOut'),
    ).length;
  // 120 frames: the last fifth is held out, the 25 before it (2 s) are nobody's.
  assert.equal(ground!.train + dropped('train', 1), 72);
  assert.equal(ground!.heldOut + dropped('heldOut', 1), 24);
  assert.ok(deer!.train <= 72 - 10 && deer!.train > 20, `${deer!.train}`);
  const between = leftOut.filter(({ name }) => frameOf(name) > 71 && frameOf(name) < 90);
  assert.deepEqual(between, []);
  const said = leftOut.filter(({ name }) => name.endsWith('.1') && frameOf(name) >= 20 && frameOf(name) < 30);
  assert.deepEqual(said, []);
});

test('species - labels of one class are a usage error', async () => {
  const other = join(dir, 'deer-only');
  await onBus(other, (bus) => publishTracked(bus, ['deer']));
  const { code, stderr } = await shika(['train', 'classifier', '--out', other, '--weights', weights]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /labels of deer; expected labels of at least two classes/);
});

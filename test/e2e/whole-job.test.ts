/** The whole job on the rendered demo site, through real processes; trainings are cut short, so scores are modest. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Check } from 'typebox/value';
import { type DemoFiles, writeDemo } from '../../pipeline/app/demo/demo.ts';
import { RunSummary } from '../../pipeline/app/results/summary.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { accountedFor } from '../../schemas/terms.ts';
import { killEachOnce } from '../processes/kill-each-once.ts';
import { type Ran, shika } from '../processes/shika.ts';

const FRAMES = 160;
let folder: string;
let demo: DemoFiles;
let out: string;
let ran: Ran;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-e2e-'));
  demo = await writeDemo(join(folder, 'input'));
  out = join(folder, 'out');
  // So few steps leave a detector that is rarely sure; every label is accepted all the same, so that there is a main training.
  const env = { SHIKA_FILTER_ACCEPT_BELOW: '1' };
  ran = await shika(
    [
      'run',
      demo.clip,
      '--hand',
      demo.hand,
      '--hand',
      demo.first,
      '--out',
      out,
      '--start',
      'random',
      '--steps',
      '60',
      '--explanations',
      '1',
      '--json',
    ],
    env,
  );
});
after(() => rm(folder, { recursive: true, force: true }));

test('run - every frame of the clip has a label or a reason, and the ledger adds up', () => {
  assert.equal(ran.code, 0, ran.stderr);
  const { clips } = ran.result as RunSummary;
  assert.equal(clips.length, 1);
  assert.equal(clips[0]?.frames, FRAMES);
  assert.equal(accountedFor(clips[0]!.ledger!), FRAMES);
});

test('run - labels.csv has a row a frame with its cause, the first of them by hand', () => {
  const [header, first, ...rows] = readFileSync(join(out, 'labels.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(header, 'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review');
  assert.match(first ?? '', /^[0-9a-f]{16},clearing\.mp4,0,1,.*,deer,hand,,0,accepted$/);
  const frames = new Set(rows.map((row) => row.split(',')[2]));
  const { ledger } = (ran.result as RunSummary).clips[0]!;
  assert.equal(frames.size + 1, ledger?.labelled);
});

test('run - leaves dataset, both models, explanations, report and summary', () => {
  for (const file of [
    'dataset/data.yaml',
    'dataset/annotations/instances_train.json',
    'models/pre/card.json',
    'models/main/model.json',
    'report.html',
    'summary.json',
  ]) {
    assert.ok(existsSync(join(out, file)), `${file} is missing`);
  }
  const checked = ['pre', 'main'].filter((name) =>
    existsSync(join(out, `models/${name}/sanity-gradcam.json`)),
  );
  assert.equal(checked.length, 1, 'what was found of the method lies with the model that was explained');
  const summary: unknown = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  assert.ok(Check(RunSummary, summary));
  assert.deepEqual(summary, ran.result);
});

test('run - what is left answers ledger, review, export, models and dead afterwards', async () => {
  const ledger = await shika(['ledger', 'clearing.mp4', '--out', out]);
  assert.match(
    ledger.stdout,
    new RegExp(`${FRAMES} frames = \\d+ labelled \\+ \\d+ without an animal \\+ 0 skipped \\+ 0 dead`),
  );
  const labelsCsv = () => readFileSync(join(out, 'labels.csv'), 'utf8');
  const before = labelsCsv();
  const unasked = await shika(['review', 'reject', '--by', 'test', '--out', out]);
  assert.equal(unasked.code, 2, 'a decision on everything needs --all');
  assert.match(unasked.stderr, /--all/);
  assert.equal(labelsCsv(), before);
  const rejected = await shika(['review', 'reject', '--all', '--by', 'test', '--out', out]);
  assert.match(rejected.stdout, /\d+ labels rejected/);
  assert.ok(
    labelsCsv()
      .trim()
      .split('\n')
      .slice(1)
      .every((row) => row.endsWith(',rejected')),
    'labels.csv follows the decision',
  );
  const undone = await shika(['review', 'undo', '--by', 'test', '--out', out]);
  assert.match(undone.stdout, /taken back: \d+ labels rejected/);
  assert.equal(labelsCsv(), before, 'every label stands as it stood before');
  assert.match((await shika(['review', 'undo', '--by', 'test', '--out', out])).stderr, /nothing to undo/);
  const exported = await shika(['export', '--format', 'mot', '--to', join(folder, 'mot'), '--out', out]);
  assert.equal(exported.code, 0, exported.stderr);
  const models = await shika(['models', '--out', out]);
  assert.match(models.stdout, /\* [0-9a-f]{16}/);
  assert.match((await shika(['dead', '--out', out])).stdout, /nothing is dead/);
});

test('annotate - a folder with damaged files: the good clip is finished, the others are named, the exit code says partial', async () => {
  const clips = join(folder, 'mixed');
  await mkdir(clips);
  await copyFile(demo.clip, join(clips, 'good.mp4'));
  await copyFile(demo.clip, join(clips, 'truncated.mp4'));
  await truncate(join(clips, 'truncated.mp4'), 3_000);
  await encodeClip(join(clips, 'half.mkv'), movingSquares(48), { fps: 12 });
  const half = readFileSync(join(clips, 'half.mkv'));
  await truncate(join(clips, 'half.mkv'), Math.floor(half.byteLength * 0.6));
  await writeFile(join(clips, 'empty.mp4'), '');
  await writeFile(join(clips, 'text.mp4'), 'this is no clip\n');
  const { code, result, stderr } = await shika([
    'annotate',
    clips,
    '--model',
    join(out, 'models/pre'),
    '--out',
    join(folder, 'mixed-out'),
    '--json',
  ]);
  assert.equal(code, 3, stderr);
  const found = Object.fromEntries(
    (result as { clips: RunSummary['clips'] }).clips.map(({ file, frames, failure }) => [
      file,
      failure ?? frames,
    ]),
  );
  assert.equal(found['good.mp4'], FRAMES);
  const cut = (result as { clips: RunSummary['clips'] }).clips.find(({ file }) => file === 'half.mkv');
  assert.ok(cut?.damage && cut.damage.missingFrames > 10, 'half a clip does not look like a whole one');
  assert.equal(cut.frames, cut.ledger?.decoded);
  const ledger = await shika(['ledger', 'half.mkv', '--out', join(folder, 'mixed-out')]);
  assert.match(ledger.stdout, /the file is damaged: cut off: \d+ of 48 frames are there/);
  for (const bad of ['truncated.mp4', 'empty.mp4', 'text.mp4']) {
    assert.match(String(found[bad]), new RegExp(`${bad.replace('.', '\\.')}.*found`, 's'), bad);
  }
});

test('annotate - kill -9 of every stage and of nats-server once: the same labels to the byte', async () => {
  const args = (to: string) => [
    'annotate',
    demo.clip,
    '--hand',
    demo.first,
    '--model',
    join(out, 'models/pre'),
    '--out',
    join(folder, to),
  ];
  const calm = await shika(args('calm'));
  assert.equal(calm.code, 0, calm.stderr);
  const stormy = await killEachOnce(args('stormy'), join(folder, 'stormy'));
  assert.equal(stormy.ran.code, 0, stormy.ran.stderr);
  assert.deepEqual(stormy.killed.sort(), [
    'decoder',
    'detector',
    'explainer',
    'filter',
    'nats-server',
    'tracker',
    'trainer',
  ]);
  assert.equal(
    readFileSync(join(folder, 'stormy/labels.csv'), 'utf8'),
    readFileSync(join(folder, 'calm/labels.csv'), 'utf8'),
  );
});

/** A bright square that moves over noise. */
async function* movingSquares(count: number): AsyncGenerator<Raster> {
  const [width, height] = [320, 192];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + (at >> 6) * i) % 97);
    for (let y = 60; y < 110; y++) data.fill(220, (y * width + 4 * i) * 3, (y * width + 4 * i + 50) * 3);
    yield { data, width, height };
  }
}

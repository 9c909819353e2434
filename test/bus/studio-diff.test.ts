/** What a model would change in the labels that stand: asked in the studio and by command, over a real bus. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { storeModel } from '../../pipeline/domain/models/registry.ts';
import { activateByHand } from '../../pipeline/domain/models/stored-models.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { Progress } from '../../schemas/progress.ts';
import { detector } from '../../stages/detector/stage.ts';
import { ModelDiffs } from '../../stages/filter/bus/model-diffs.ts';
import { Pictures } from '../../stages/filter/bus/pictures.ts';
import type { ApiError, JobView, LabelChange, ModelDiff } from '../../stages/filter/studio/api.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { startStage } from './stage-bed.ts';
import {
  CAMERA,
  Person,
  publishLabelled,
  publishPicture,
  SIZE,
  startStudio,
  type TestStudio,
} from './studio-bed.ts';
import { clipId, collected, type Testbed, testbed } from './testbed.ts';

const COMMAND = resolve(import.meta.dirname, '../../pipeline/app/cli/shika.ts');
const clip = clipId(1);
/** The first label is drawn by hand, the last is held; then come frames without a label. */
const LABELLED = 8;
const FRAMES = 12;

let bed: Testbed;
let bus: Bus;
let studio: TestStudio;
/** Finds nothing; finds something everywhere. */
let calm: string;
let eager: string;
const ends: (() => Promise<void>)[] = [];
const context = { after: (end: () => Promise<void>) => void ends.push(end) };

before(async () => {
  await openBackend('wasm');
  bed = await testbed();
  bus = await bed.open();
  [calm, eager] = [await stored(false), await stored(true)];
  await activateByHand(bus, calm);
  const data = new Uint8Array(SIZE.width * SIZE.height * 3).map((_, i) => (i * 7919) % 251);
  const jpeg = Uint8Array.from(await encodeJpeg({ data, ...SIZE }, 90));
  for (let index = 0; index < FRAMES; index += 1) await publishPicture(bus, clip, index, jpeg);
  await publishLabelled(bus, {
    ...{ clip, tracks: 1, frames: LABELLED, empty: FRAMES - LABELLED },
    cause: (index) => (index === 0 ? 'hand' : index === LABELLED - 1 ? 'held' : 'detected'),
  });
  startStage(context, bed.server.url, detector, { backend: 'wasm' });
  studio = await startStudio(context, bed.server.url);
});
after(async () => {
  for (const end of ends) await end();
  await bed.close();
});

async function stored(isEager: boolean): Promise<string> {
  const files = await untrainedDetector({ eager: isEager });
  const { id } = readDetectorCard(files);
  await storeModel(bus, id, files);
  return id;
}

/** Asks until it is looked at. */
async function diffOf(person: Person, model: string): Promise<Extract<ModelDiff, { state: 'done' }>> {
  for (;;) {
    const diff = await person.get<ModelDiff>(`/api/models/${model}/diff`);
    if (diff.state === 'done') return diff;
  }
}

const kindsOn = (changes: readonly LabelChange[], kind: LabelChange['kind']) =>
  changes
    .filter((change) => change.kind === kind)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
const diffJobs = async () =>
  new Set(
    (await collected(bus.stored(Progress)))
      .filter(({ body: { kind } }) => kind === 'diff')
      .map(({ body: { job } }) => job),
  ).size;

describe('what a model would change', { timeout: 240_000 }, () => {
  test('labels that it does not see are gone, but for those that nobody saw or a person drew', async () => {
    const mika = await Person.enter(studio, 'mika');
    const { looked, frames, missing, changes } = await diffOf(mika, calm);
    assert.deepEqual([looked, frames, missing], [FRAMES, FRAMES, 0]);
    assert.deepEqual(kindsOn(changes, 'gone'), [1, 2, 3, 4, 5, 6]);
    assert.equal(changes.length, 6);
    assert.ok(changes.every(({ before, after, track }) => before && !after && track === 1));
  });

  test('what it finds on frames without a label is new', async () => {
    const mika = await Person.enter(studio, 'mika');
    const { changes } = await diffOf(mika, eager);
    assert.deepEqual(
      [...new Set(kindsOn(changes, 'new'))].filter((index) => index >= LABELLED),
      [8, 9, 10, 11],
    );
    const fresh = changes.filter(({ kind }) => kind === 'new');
    assert.ok(fresh.every(({ before, after, track }) => !before && after && track === null));
  });

  test('is looked at once: asked again, after a decision, and of a studio that was restarted', async (t) => {
    const mika = await Person.enter(studio, 'mika');
    const before = await diffJobs();
    assert.equal(before, 2);
    await mika.decide('rejected', { clip, track: 1, from: 3, to: 3 });
    assert.deepEqual(
      kindsOn((await diffOf(mika, calm)).changes, 'gone'),
      [1, 2, 4, 5, 6],
      'as labels stand now',
    );
    const other = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    assert.deepEqual(await diffOf(other, calm), await diffOf(mika, calm));
    assert.equal(await diffJobs(), before);
    const jobs = (await mika.get<JobView[]>('/api/jobs')).filter(({ kind }) => kind === 'diff');
    assert.deepEqual(
      jobs.map(({ state }) => state),
      ['done', 'done'],
    );
    await mika.ok('POST', '/api/undo');
  });

  test('by command: the same, from what was looked at before', async () => {
    const env = { ...process.env, NATS_URL: bed.server.url };
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [COMMAND, 'models', 'diff', calm, '--json'], { env });
    const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      looked: number;
      changes: (LabelChange & { file: string })[];
    };
    assert.equal(said.looked, FRAMES);
    assert.deepEqual(kindsOn(said.changes, 'gone'), [1, 2, 3, 4, 5, 6]);
    assert.ok(said.changes.every(({ file }) => file === 'deer.mp4'));
    assert.equal(await diffJobs(), 2);
    const text = await run(process.execPath, [COMMAND, 'models', 'diff', calm], { env });
    assert.match(text.stdout, /0 new, 6 gone, 0 moved, on 12 of 12 frames that were looked at/);
  });

  test('a model that is not there, and no model at all, are said', async () => {
    const mika = await Person.enter(studio, 'mika');
    for (const [model, why] of [
      ['0123456789abcdef', /no model 0123456789abcdef/],
      ['..%2fx', /not a model/],
    ] as const) {
      const answer = await mika.request('GET', `/api/models/${model}/diff`);
      assert.equal(answer.status, 400);
      assert.match(((await answer.json()) as ApiError).error, why);
    }
  });

  test('frames that can’t be had are counted, and the others looked at', async () => {
    const few = clipId(2);
    await publishPicture(bus, few, 0, (await mikasPicture()) ?? assert.fail('a picture'));
    const source = { clip: few, camera: CAMERA, file: 'few.mp4', source: '/nowhere.mp4' };
    const diffs = new ModelDiffs(bus, new Pictures(bus, bed.log), 1_000);
    const clips = [{ ...{ clip: few, ...SIZE, source, labels: [] }, frames: 3 }];
    const { looked, frames, missing } = await diffs.diff(calm, clips, {
      signal: AbortSignal.timeout(60_000),
    });
    assert.deepEqual([looked, frames, missing], [1, 3, 2]);
  });
});

async function mikasPicture(): Promise<Uint8Array<ArrayBuffer> | null> {
  const mika = await Person.enter(studio, 'mika');
  const answer = await mika.request('GET', `/api/clips/${clip}/frames/0`);
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

/** Why a model sees what it sees: asked by a person in the studio, answered by the explainer, over a real bus. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ReviewedLabel } from '../../pipeline/domain/labels/review.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { storeModel } from '../../pipeline/domain/models/registry.ts';
import { activateByHand } from '../../pipeline/domain/models/stored-models.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { Progress } from '../../schemas/progress.ts';
import { Track } from '../../schemas/track.ts';
import { explainer } from '../../stages/explainer/stage.ts';
import { Explanations } from '../../stages/filter/bus/explanations.ts';
import { Pictures } from '../../stages/filter/bus/pictures.ts';
import type { ApiError, Why } from '../../stages/filter/studio/api.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { startStage } from './stage-bed.ts';
import {
  CAMERA,
  Person,
  publishFound,
  publishLabelled,
  publishPicture,
  SIZE,
  startStudio,
  type TestStudio,
} from './studio-bed.ts';
import { clipId, collected, type Testbed, testbed } from './testbed.ts';

const clip = clipId(1);
/** The first label is drawn by hand. */
const FRAMES = 3;
let bed: Testbed;
let bus: Bus;
let studio: TestStudio;
const ends: (() => Promise<void>)[] = [];
const context = { after: (end: () => Promise<void>) => void ends.push(end) };

before(async () => {
  await openBackend('wasm');
  bed = await testbed();
  bus = await bed.open();
  const data = new Uint8Array(SIZE.width * SIZE.height * 3).map((_, i) => (i * 7919) % 251);
  const jpeg = Uint8Array.from(await encodeJpeg({ data, ...SIZE }, 90));
  for (let index = 0; index < FRAMES; index += 1) await publishPicture(bus, clip, index, jpeg);
  await publishFound(bus, { clip, source: '/nowhere.mp4', frames: FRAMES });
  await publishLabelled(bus, {
    ...{ clip, tracks: 1, frames: FRAMES },
    cause: (index) => (index === 0 ? 'hand' : 'detected'),
  });
  studio = await startStudio(context, bed.server.url);
});
after(async () => {
  for (const end of ends) await end();
  await bed.close();
});

const explained = async () =>
  (await collected(bus.stored(Progress))).filter(({ body: { kind } }) => kind === 'explain');

async function refusal(person: Person, path: string): Promise<string> {
  const answer = await person.request('GET', path);
  assert.equal(answer.status, 400, path);
  return ((await answer.json()) as ApiError).error;
}

describe('why, in the studio', { timeout: 240_000 }, () => {
  test('where there is nothing to explain, a sentence says why', async () => {
    const mika = await Person.enter(studio, 'mika');
    assert.match(await refusal(mika, `/api/why/${clip}/1/0`), /drawn by hand/);
    assert.match(await refusal(mika, `/api/why/${clip}/1/1`), /no active detector/);
    assert.match(await refusal(mika, `/api/why/${clip}/2/1`), /has no label/);
    assert.match(await refusal(mika, `/api/why/${clip}/x/1`), /not a track/);
  });

  test('an explainer that takes long: nothing yet; who asks again has the answer to what was asked first', async (t) => {
    const files = await untrainedDetector();
    const { id } = readDetectorCard(files);
    await storeModel(bus, id, files);
    await activateByHand(bus, id);
    const source = { clip, camera: CAMERA, file: 'deer.mp4', source: '/nowhere.mp4' };
    const [label] = await collected(bus.stored(Track, { clip, index: 1 }));
    const reviewed: ReviewedLabel = {
      ...{ track: label!.body, trackId: 1, label: 'deer', risk: 0, doubts: [] },
      ...{ review: 'pending', box: label!.body.box, by: null, at: null },
    };
    const hasty = new Explanations(bus, new Pictures(bus, bed.log), bed.log, 500);
    assert.equal(await hasty.why(reviewed, source), null);
    startStage(t, bed.server.url, explainer, { backend: 'wasm' });
    const mika = await Person.enter(studio, 'mika');
    const [why, twice] = await Promise.all([
      mika.get<Why>(`/api/why/${clip}/1/1`),
      mika.get<Why>(`/api/why/${clip}/1/1`),
    ]);
    assert.match(why.says, /^(do not trust|evidence)/);
    assert.deepEqual(twice, why);
    assert.deepEqual(await mika.get<Why>(`/api/why/${clip}/1/1`), why);
    assert.equal((await explained()).length, 1, 'one job for all of them');
    const other = await mika.get<Why>(`/api/why/${clip}/1/2`);
    assert.notEqual(other.figure, why.figure);
    assert.equal((await explained()).length, 2);

    const figure = await mika.request('GET', `/api${why.figure}`);
    assert.equal(figure.status, 200);
    assert.equal(figure.headers.get('content-type'), 'image/png');
    assert.match(figure.headers.get('content-security-policy') ?? '', /default-src 'self'/);
    assert.deepEqual([...new Uint8Array(await figure.arrayBuffer())].slice(1, 4), [...Buffer.from('PNG')]);
    assert.equal((await fetch(`${studio.url}/api${why.figure}`)).status, 401, 'not without the token');
  });

  test('no path leads out of an explanation’s folder', async () => {
    const mika = await Person.enter(studio, 'mika');
    for (const [job, status] of [
      ['none', 404],
      ['..%2f..%2fmodels', 400],
      ['sanity.x%2fy', 400],
      ['%2e%2e', 404],
      ['a%00b', 400],
      ['*', 400],
    ] as const) {
      const answer = await mika.request('GET', `/api/explanations/${job}/figure.png`);
      assert.equal(answer.status, status, job);
    }
    assert.equal((await mika.request('GET', '/api/explanations/none/result.json')).status, 404);
  });
});

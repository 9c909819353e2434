import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clipIdOf } from '../../pipeline/domain/vision/clip-id.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { Dead } from '../../schemas/dead.ts';
import { Frame } from '../../schemas/frame.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import type { ApiError, ClipView } from '../../stages/filter/studio/api.ts';
import { numberedKinds, numberIn, writeNumberedClip } from '../fixtures/numbered-clip.ts';
import { startStage } from './stage-bed.ts';
import { CAMERA, Person, publishFound, startStudio } from './studio-bed.ts';
import { clipId, collected, testbed } from './testbed.ts';

const FRAMES = 80;
/** Far, near, next to keyframes, and back and forth. */
const ASKED = [79, 3, 41, 12, 13, 60, 35, 0];

const bed = await testbed();
const bus = await bed.open();
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-pictures-'));
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

describe('pictures of the studio', { timeout: 300_000 }, () => {
  for (const [kind, [ending, options]] of Object.entries(numberedKinds)) {
    test(`a clip ${kind}: frame n of the page is frame n of tracking, byte for byte`, async (t) => {
      const path = join(folder, `${Object.keys(numberedKinds).indexOf(kind)}.${ending}`);
      await writeNumberedClip(path, { ...options, frames: FRAMES });
      startStage(t, bed.server.url, decoder);
      const tracked = await framesOfTracking(path);
      assert.deepEqual(
        await Promise.all(tracked.map(numberIn)),
        Array.from({ length: FRAMES }, (_, n) => n),
      );
      // The same file once more, as a clip that nobody has asked to be tracked.
      const clip = `${(await clipIdOf(path)).slice(0, 8)}00000000`;
      await publishFound(bus, { clip, source: path, frames: FRAMES });
      const person = await Person.enter(await startStudio(t, bed.server.url), 'mika');
      for (const index of ASKED) {
        const answer = await person.request('GET', `/api/clips/${clip}/frames/${index}`);
        assert.equal(answer.status, 200, `frame ${index}`);
        const picture = new Uint8Array(await answer.arrayBuffer());
        assert.equal(await numberIn(picture), index);
        assert.deepEqual(picture, tracked[index], `frame ${index}`);
      }
    });
  }

  test('what can’t be had is answered at once, with the reason', async (t) => {
    startStage(t, bed.server.url, decoder);
    const path = join(folder, 'short.mp4');
    await writeNumberedClip(path, { frames: 12 });
    await publishFound(bus, { clip: clipId(401), source: join(folder, 'gone.mp4'), frames: FRAMES });
    await publishFound(bus, { clip: clipId(402), source: path, frames: FRAMES });
    const person = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    const refused = async (clip: string, index: number) => {
      const answer = await person.request('GET', `/api/clips/${clip}/frames/${index}`);
      assert.equal(answer.status, 404);
      return ((await answer.json()) as ApiError).error;
    };
    assert.match(await refused(clipId(401), 0), /gone\.mp4.*no such file/i);
    const [some, none] = await Promise.all([
      person.request('GET', `/api/clips/${clipId(402)}/frames/7`),
      refused(clipId(402), 12),
    ]);
    assert.equal(some.status, 200, 'the others of the same job are there');
    assert.match(none, /short\.mp4 has no frame 12; found 12 frames/);
    const drawing = { boxes: [], version: 0 };
    const drawn = await person.request('PUT', `/api/drawn/${clipId(401)}/3`, drawing);
    assert.equal(drawn.status, 400);
    assert.match(((await drawn.json()) as ApiError).error, /gone\.mp4/);
    assert.deepEqual(await collected(bus.stored(Dead, {})), [], 'it is an answer, no dead letter');
    assert.deepEqual(await person.get('/api/jobs'), [], 'and no job of a person');
  });

  test('a clip in any state can be opened: found, arrived, failed', async (t) => {
    startStage(t, bed.server.url, decoder);
    const path = join(folder, 'states.mp4');
    await writeNumberedClip(path, { frames: 12 });
    const facts = (clip: string) => ({ clip, camera: CAMERA, file: 'states.mp4' });
    const [found, arrived, failed] = [clipId(411), clipId(412), clipId(413)];
    await publishFound(bus, { clip: found, source: path, frames: 12 });
    for (const clip of [arrived, failed]) {
      const body = { ...facts(clip), source: path, anchors: [] };
      await bus.publish(outgoing(ClipArrived, { camera: CAMERA, clip }, body));
    }
    const failure = { ...facts(failed), stage: 'tracker', reason: 'the tracker gave it up' };
    await bus.publish(outgoing(ClipFailed, { camera: CAMERA, clip: failed }, failure));
    const person = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    for (const clip of [found, arrived, failed]) {
      const answer = await person.request('GET', `/api/clips/${clip}/frames/11`);
      assert.equal(answer.status, 200);
      assert.equal(await numberIn(new Uint8Array(await answer.arrayBuffer())), 11);
    }
    const views = await person.get<ClipView[]>('/api/clips');
    const reason = views.find(({ clip }) => clip === failed)?.reason;
    assert.equal(reason, 'the tracker gave it up');
  });
});

/** JPEGs by index, as the decoder gives them to the tracker. */
async function framesOfTracking(path: string): Promise<Uint8Array[]> {
  const clip = await clipIdOf(path);
  const place = { camera: CAMERA, clip };
  const body = { ...place, file: 'numbered', source: path, anchors: [] };
  await bus.publish(outgoing(ClipArrived, place, body));
  const signal = AbortSignal.timeout(60_000);
  for await (const _ of bus.follow(ClipDecoded, place, { signal })) break;
  const frames = await collected(bus.stored(Frame, place));
  return frames.sort((a, b) => a.body.index - b.body.index).map(({ payload }) => new Uint8Array(payload));
}

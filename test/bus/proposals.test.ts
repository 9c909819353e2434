/** What is worth drawing, found by glances at real frames. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import type { FrameProposal, LiveEvent } from '../../stages/filter/studio/api.ts';
import { WORTH_DRAWING } from '../../stages/filter/studio/proposals.ts';
import { startStage } from './stage-bed.ts';
import { listening, Person, publishFound, startStudio } from './studio-bed.ts';
import { clipId, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
const folder = await mkdtemp(join(tmpdir(), 'shika-proposals-'));
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

const FRAMES = 120;
/** Something is in the picture from here to there. */
const [CAME, WENT] = [70, 100];

/** A still ground; between two frames a square walks over it. */
async function* pictures(): AsyncGenerator<Raster> {
  const [width, height] = [320, 192];
  for (let index = 0; index < FRAMES; index++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => 70 + ((at * 13) % 23));
    if (index >= CAME && index < WENT) {
      const left = 20 + 8 * (index - CAME);
      for (let y = 90; y < 120; y++) data.fill(220, (y * width + left) * 3, (y * width + left + 30) * 3);
    }
    yield { data, width, height };
  }
}

describe('proposals of the studio', { timeout: 180_000 }, () => {
  test('there at once, spread evenly; then those where something moves, told to the open pages', async (t) => {
    const source = join(folder, 'walk.mp4');
    await encodeClip(source, pictures(), { fps: 25 });
    await publishFound(bus, { clip: clipId(501), source, frames: FRAMES });
    await publishFound(bus, { clip: clipId(502), source: join(folder, 'gone.mp4'), frames: FRAMES });
    startStage(t, bed.server.url, decoder);
    const person = await Person.enter(await startStudio(t, bed.server.url), 'mika');
    const page = await listening(t, person);
    const first = await person.get<FrameProposal[]>('/api/proposals');
    assert.equal(first.length, WORTH_DRAWING);
    const walking = (proposals: readonly FrameProposal[]) =>
      proposals.filter(({ clip, index }) => clip === clipId(501) && index >= CAME && index < WENT).length;
    const isBetter = (event: LiveEvent) =>
      event.kind === 'proposals' && walking(event.proposals) > walking(first);
    const better = await page.next(isBetter);
    assert.ok(better.kind === 'proposals');
    assert.equal(better.proposals.length, WORTH_DRAWING);
    assert.ok(better.proposals.some(({ why }) => why === 'empty'));
    const now = await person.get<FrameProposal[]>('/api/proposals');
    assert.ok(walking(now) > walking(first), 'a page that comes later gets them at once');
    await publishFound(bus, { clip: clipId(503), source: join(folder, 'also-gone.mp4'), frames: 40 });
    const knows = (event: LiveEvent) =>
      event.kind === 'proposals' && event.proposals.some(({ clip }) => clip === clipId(503));
    assert.ok(await page.next(knows), 'a clip that comes later is proposed as well');
  });
});

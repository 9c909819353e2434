import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Box, iou } from '../../pipeline/domain/vision/box.ts';
import { Image } from '../../schemas/image.ts';
import { Track } from '../../schemas/track.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import type { Decided, Follow, JobView, LabelView, TrackView } from '../../stages/filter/studio/api.ts';
import { until } from '../processes/until.ts';
import { bed, bus, FRAMES, source, squareAt, start, startDetector, startTracker } from './clip-bed.ts';
import { type DriftedClip, publishDrifted } from './drifted-clip.ts';
import type { Process } from './stage-bed.ts';
import { Person, startStudio, type TestStudio } from './studio-bed.ts';
import { clipId, collected } from './testbed.ts';

const now = Promise.resolve();

describe('an animal that is followed anew', { timeout: 900_000 }, () => {
  let studio: TestStudio;
  let mika: Person;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    studio = await startStudio({ after: (end) => void ends.push(end) }, bed.server.url);
    mika = await Person.enter(studio, 'mika');
  });
  after(async () => {
    for (const end of ends) await end();
  });

  async function driftedClip(number: number, more: Omit<DriftedClip, 'clip'>): Promise<string> {
    const clip = clipId(number);
    await publishDrifted(mika, { clip, ...more });
    return clip;
  }

  function startAll(context: TestContext, clip: string, released = now): Process {
    start(context, decoder);
    startDetector(context, clip, released);
    return startTracker(context);
  }

  type Asked = Omit<Follow, 'box' | 'label'> & { readonly box?: Box };
  async function follow(request: Asked): Promise<JobView> {
    const box = request.box ?? squareAt(request.index);
    return mika.ok('POST', '/api/follow', { ...request, box, label: 'deer' });
  }

  async function ended(job: JobView): Promise<JobView> {
    let last: JobView = job;
    await until(
      async () => {
        last = (await mika.get<JobView[]>('/api/jobs')).find((other) => other.job === job.job) ?? job;
        return last.state === 'done' || last.state === 'failed';
      },
      'the job has ended',
      60_000,
    );
    return last;
  }

  const labelsOf = async (clip: string, track = 1): Promise<readonly LabelView[]> =>
    (await mika.track(clip, track)).labels;
  const overlap = ({ index, box }: LabelView) => iou(box, squareAt(index));
  const areRight = (labels: readonly LabelView[]) => labels.map(overlap).every((share) => share > 0.75);
  const indicesOf = (labels: readonly { readonly index: number }[]) => labels.map(({ index }) => index);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  test('forward: labels from the box on are new, those before it and what a person decided stay; undo brings all back', async (context) => {
    const clip = await driftedClip(1, { drifted: (index) => index >= 30 });
    startAll(context, clip);
    const old = await labelsOf(clip);
    await mika.decide('rejected', { clip, track: 1, from: 50, to: 52 });
    const decided = await labelsOf(clip);
    const job = await ended(await follow({ clip, track: 1, index: 30, direction: 'forward' }));
    assert.equal(job.state, 'done', job.line);
    assert.match(job.line, /^30–119 · 87 \(3\)$/);

    const labels = await labelsOf(clip);
    assert.deepEqual(indicesOf(labels), range(0, FRAMES));
    assert.deepEqual(labels.slice(0, 30), old.slice(0, 30));
    assert.deepEqual(labels.slice(50, 53), decided.slice(50, 53));
    assert.equal(labels[30]?.cause, 'hand');
    assert.ok(areRight([...labels.slice(30, 50), ...labels.slice(53)]));
    assert.ok(labels.slice(53).every(({ review }) => review === 'pending'));
    assert.equal((await mika.get<TrackView[]>(`/api/clips/${clip}/labels`)).length, 1);

    await mika.ok<Decided>('POST', '/api/undo', {});
    assert.deepEqual(await labelsOf(clip), decided);
    assert.equal((await mika.get<TrackView[]>(`/api/clips/${clip}/labels`)).length, 1);
    await mika.ok<Decided>('POST', '/api/redo', {});
    assert.deepEqual(await labelsOf(clip), labels);
    const stored = await collected(bus.stored(Track, { clip, track: 1 }));
    assert.equal(stored.length, FRAMES, 'nothing is erased');
  });

  test('backward: until the animal is gone, and no label before that is left', async (context) => {
    const clip = await driftedClip(2, { drifted: (index) => index < 60 });
    start(context, decoder);
    startDetector(context, clip, now, (index) => index >= 35);
    // Where there are weights, hindsight would follow it further back by its looks.
    startTracker(context, { method: 'note' });
    const old = await labelsOf(clip);
    const job = await ended(await follow({ clip, track: 1, index: 60, direction: 'backward' }));
    assert.equal(job.state, 'done', job.line);
    const labels = await labelsOf(clip);
    assert.deepEqual(indicesOf(labels), range(35, FRAMES));
    assert.ok(areRight(labels));
    assert.deepEqual(labels.slice(26), old.slice(61));
  });

  test('an animal that was missed is a new track, from its first frame to its last', async (context) => {
    const clip = await driftedClip(3, { drifted: () => false, isLabelled: false });
    startAll(context, clip);
    const job = await ended(await follow({ clip, index: 60, direction: 'both' }));
    assert.equal(job.state, 'done', job.line);
    const [track, ...others] = await mika.get<TrackView[]>(`/api/clips/${clip}/labels`);
    assert.deepEqual(others, []);
    assert.deepEqual(indicesOf(track?.labels ?? []), range(0, FRAMES));
    assert.ok(areRight(track?.labels ?? []));
    const images = await collected(bus.stored(Image, { clip }, { headersOnly: true }));
    const times = new Map(images.map(({ body }) => [body.index, body.pts]));
    const [first] = await collected(bus.stored(Track, { clip, index: 70 }));
    assert.equal(first?.body.pts, times.get(70));
    assert.ok(Math.abs((first?.body.pts ?? 0) - 70 / 25) < 0.001);
    // Undone, it is as if nobody had asked.
    await mika.ok<Decided>('POST', '/api/undo', {});
    assert.deepEqual(await mika.get(`/api/clips/${clip}/labels`), []);
  });

  test('the next box that a person corrected ends it', async (context) => {
    const clip = await driftedClip(4, { drifted: (index) => index >= 30 });
    startAll(context, clip);
    const { version } = await mika.track(clip, 1);
    const runs = [{ clip, track: 1, from: 80, to: 80, version }];
    await mika.ok('POST', '/api/decisions', { decision: 'corrected', box: squareAt(80), runs });
    const before = await labelsOf(clip);
    const job = await ended(await follow({ clip, track: 1, index: 30, direction: 'forward' }));
    assert.equal(job.state, 'done', job.line);
    const labels = await labelsOf(clip);
    assert.deepEqual(labels.slice(80), before.slice(80));
    assert.ok(areRight(labels.slice(0, 81)));
  });

  test('where the file is gone, the job says so and no label changes', async (context) => {
    const gone = join(source, '../gone.mp4');
    await rm(gone, { force: true });
    const clip = await driftedClip(5, { drifted: (index) => index >= 30, path: gone });
    startAll(context, clip);
    const old = await labelsOf(clip);
    const job = await ended(await follow({ clip, track: 1, index: 30, direction: 'forward' }));
    assert.equal(job.state, 'failed');
    assert.match(job.line, /gone\.mp4/);
    assert.deepEqual(await labelsOf(clip), old);
  });

  test('a tracker that ends in the middle: another one gives the same labels', async (context) => {
    const undisturbed = await driftedClip(6, { drifted: (index) => index >= 30 });
    const first = startAll(context, undisturbed);
    await ended(await follow({ clip: undisturbed, track: 1, index: 30, direction: 'forward' }));
    await first.stop();

    const clip = await driftedClip(7, { drifted: (index) => index >= 30 });
    const released = Promise.withResolvers<void>();
    startDetector(context, clip, released.promise);
    const second = startTracker(context);
    const old = await labelsOf(clip);
    const job = await follow({ clip, track: 1, index: 30, direction: 'forward' });
    await until(
      async () =>
        (await mika.get<JobView[]>('/api/jobs')).some(
          (other) => other.job === job.job && (other.share ?? 0) > 0,
        ),
      'it is in the middle',
      60_000,
    );
    await second.stop();
    assert.deepEqual(await labelsOf(clip), old, 'half of it is nothing');
    released.resolve();
    startTracker(context);
    assert.equal((await ended(job)).state, 'done');
    assert.deepEqual(await labelsOf(clip), await labelsOf(undisturbed));
  });

  test('a request that comes again is the same job; what can’t be followed is refused', async (context) => {
    const clip = await driftedClip(8, { drifted: (index) => index >= 30 });
    startAll(context, clip);
    const request: Asked = { clip, track: 1, index: 30, direction: 'forward', id: 'the-same-request' };
    const [one, two] = await Promise.all([follow(request), follow(request)]);
    assert.equal(one.job, two.job);
    await ended(one);
    const labels = await labelsOf(clip);
    assert.equal((await follow(request)).state, 'done');
    assert.deepEqual(await labelsOf(clip), labels);
    const refused = async (body: object) =>
      (await mika.request('POST', '/api/follow', { ...request, box: squareAt(30), label: 'deer', ...body }))
        .status;
    for (const wrong of [
      { clip: clipId(99), id: 'an-unknown-clip' },
      { track: 77, id: 'an-unknown-track' },
      { index: FRAMES, id: 'no-such-frame' },
      { box: [900, 10, 20, 20], id: 'a-box-outside' },
      { direction: 'up' },
    ])
      assert.equal(await refused(wrong), 400, JSON.stringify(wrong));
  });

  test('two that are asked for at once get tracks of their own', async (context) => {
    const clip = await driftedClip(9, { drifted: () => false, isLabelled: false });
    startAll(context, clip);
    const jobs = await Promise.all([
      follow({ clip, index: 20, direction: 'forward' }),
      follow({ clip, index: 90, direction: 'backward' }),
    ]);
    for (const job of jobs) assert.equal((await ended(job)).state, 'done');
    const tracks = await mika.get<TrackView[]>(`/api/clips/${clip}/labels`);
    assert.deepEqual(
      tracks.map(({ labels }) => labels.length),
      [FRAMES - 20, 91],
    );
  });
});

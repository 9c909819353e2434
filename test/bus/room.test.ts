/** How much is kept: budgets by kind, what goes first, and new clips that wait while the store is full. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freeRoom, roomByKind } from '../../pipeline/app/jobs/garbage.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { Probe } from '../../pipeline/runtime/bus/probe.ts';
import type { RoomOptions } from '../../pipeline/runtime/supervisor/room-options.ts';
import { StoreGuard } from '../../pipeline/runtime/supervisor/store-guard.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { shika, start } from '../processes/shika.ts';
import { until } from '../processes/until.ts';
import { untilPrinted } from '../processes/until-printed.ts';
import { capturedLog, clipId, type Testbed, testbed } from './testbed.ts';

const MIB = 2 ** 20;
const UNBOUNDED: RoomOptions = {
  storeMaxMiB: 0,
  explanationsMaxMiB: 0,
  modelsMaxMiB: 0,
  recordingsMaxMiB: 0,
};

let bed: Testbed;
let bus: Bus;
let folder: string;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
  folder = await mkdtemp(join(tmpdir(), 'shika-room-'));
  for (const job of ['first', 'second', 'third']) {
    await bus.objects.put('explanations', `${job}/figure.png`, new Uint8Array(MIB));
    await bus.objects.put('explanations', `${job}/case.json`, new Uint8Array(1_000));
  }
  for (const model of ['a', 'b', 'c'])
    await bus.objects.put('models', `${clipId(model.charCodeAt(0))}/weights.bin`, new Uint8Array(MIB));
  await bus.state.put('active.detector', { version: 1, model: clipId(97), since: 'now', job: 'test' });
  await bus.publish(outgoing(LabelReviewed, { clip: clipId(1), track: 1 }, LabelReviewed.examples.valid));
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

async function kindOf(name: string, room: RoomOptions, recordings?: string) {
  const kinds = await roomByKind(bus, { room, recordings });
  return kinds.find(({ kind }) => kind === name) ?? assert.fail(`no kind ${name}`);
}

describe('room', () => {
  test('what has no budget is not freed, and labels have none', async () => {
    const kinds = await roomByKind(bus, { room: UNBOUNDED });
    assert.deepEqual(
      kinds.flatMap(({ frees }) => frees),
      [],
    );
    const labels = kinds.find(({ kind }) => kind === 'labels');
    assert.ok(labels && labels.bytes > 0);
    assert.equal(labels.budget, null);
    assert.equal(labels.rule, 'nothing: it is kept');
  });

  test('the oldest explanations go first, whole, and no more than is over the budget', async () => {
    const room = { ...UNBOUNDED, explanationsMaxMiB: 3 };
    const explanations = await kindOf('explanations', room);
    assert.deepEqual(
      explanations.frees.map(({ name }) => name),
      ['first'],
    );
    const freed = await freeRoom([explanations]);
    assert.equal(freed, MIB + 1_000);
    assert.deepEqual(await bus.objects.list('explanations', 'first'), []);
    assert.equal((await bus.objects.list('explanations')).length, 4);
    assert.deepEqual((await kindOf('explanations', room)).frees, []);
  });

  test('a model that is active stays, though it is the oldest', async () => {
    const models = await kindOf('models', { ...UNBOUNDED, modelsMaxMiB: 1 });
    assert.deepEqual(
      models.frees.map(({ name }) => name),
      [clipId(98), clipId(99)],
    );
  });

  test('recordings that wait for their turn stay; of those that are done with the oldest goes', async () => {
    const recordings = join(folder, 'recordings');
    await mkdir(join(recordings, 'gate'), { recursive: true });
    for (const [i, name] of ['waits.mp4', 'old.mp4', 'new.mp4'].entries()) {
      const source = join(recordings, 'gate', name);
      await writeFile(source, new Uint8Array(MIB));
      await utimes(source, 1_000 + i, 1_000 + i);
      const clip = clipId(10 + i);
      const arrived = { ...ClipArrived.examples.valid, clip, camera: 'gate', source };
      await bus.publish(outgoing(ClipArrived, { camera: 'gate', clip }, arrived));
      const failed = { clip, camera: 'gate', file: name, stage: 'decoder', reason: 'damaged' };
      if (i > 0) await bus.publish(outgoing(ClipFailed, { camera: 'gate', clip }, failed));
    }
    const kind = await kindOf('recordings', { ...UNBOUNDED, recordingsMaxMiB: 2 }, recordings);
    assert.equal(kind.bytes, 3 * MIB);
    await freeRoom([kind]);
    assert.deepEqual((await readdir(join(recordings, 'gate'))).sort(), ['new.mp4', 'waits.mp4']);
  });

  test('gc --dry-run says what would go and frees nothing; gc frees it', async () => {
    const env = { NATS_URL: bed.server.url, SHIKA_ROOM_EXPLANATIONS_MAX_MIB: '2' };
    const dry = await shika(['gc', '--dry-run'], env);
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /^explanations +2\.0 +2\.0 +1\.0 +the oldest$/m);
    assert.match(dry.stdout, /^would free explanations: second, 1 MiB$/m);
    assert.match(dry.stdout, /^labels +\S+ +- +- +nothing: it is kept$/m);
    assert.equal((await bus.objects.list('explanations')).length, 4);
    const { code, result } = await shika(['gc', '--json'], env);
    assert.equal(code, 0);
    const { kinds } = result as { kinds: { kind: string; freed: number; what: string[] }[] };
    assert.deepEqual(
      kinds.filter(({ freed }) => freed > 0).map(({ kind, what }) => [kind, what]),
      [['explanations', ['second']]],
    );
    assert.equal((await bus.objects.list('explanations')).length, 2);
  });
});

describe('the budget of the store', () => {
  test('is said at 80 %, new clips wait from 95 % on, and go on by themselves', async (t) => {
    const { log, lines } = capturedLog();
    const budget = (await bus.storedBytes()) + 20 * MIB;
    const probe = new Probe({ url: bed.server.url, user: '', password: '' });
    const guard = new StoreGuard({ probe, budget, log });
    t.after(() => guard.stop());
    const said = (pattern: RegExp) => lines.some(({ msg }) => pattern.test(String(msg)));
    const { signal } = new AbortController();
    await guard.untilRoom(signal);
    const fill = async (share: number) => {
      const missing = Math.ceil(share * budget) - (await bus.storedBytes());
      await bus.objects.put('datasets', `filler-${share}`, new Uint8Array(missing));
    };
    await fill(0.85);
    await until(() => said(/has reached 80 % of its budget/), 'it is said', 60_000);
    await guard.untilRoom(signal);
    await fill(0.96);
    await until(() => said(/95 % of its budget: new clips wait/), 'it is full', 60_000);
    let isThrough = false;
    const through = guard.untilRoom(signal).then(() => {
      isThrough = true;
    });
    assert.equal(isThrough, false);
    await bus.objects.delete('datasets', 'filler-0.85');
    await through;
    assert.ok(said(/there is room again/));
  });

  test('up - a clip waits where it is while the store is full, and is taken when there is room', async (t) => {
    const filler = 32 * MIB;
    await bus.objects.put('datasets', 'up-filler', new Uint8Array(filler));
    const budget = Math.floor((await bus.storedBytes()) / MIB); // it holds a little more
    const clips = join(folder, 'clips');
    await mkdir(clips);
    await encodeClip(join(clips, 'deer.mp4'), pictures(12), { fps: 12 });
    const env = { NATS_URL: bed.server.url, SHIKA_ROOM_STORE_MAX_MIB: `${budget}` };
    const running = start(['up', '--watch', clips, '--no-stages', '--out', join(folder, 'up')], env);
    t.after(() => running.child.kill('SIGKILL'));
    const before = await bus.count(ClipArrived);
    await untilPrinted(running, /95 % of its budget: new clips wait/);
    assert.equal(await bus.count(ClipArrived), before);
    await bus.objects.delete('datasets', 'up-filler');
    await untilPrinted(running, /"msg":"arrived"/);
    assert.equal(await bus.count(ClipArrived), before + 1);
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 0);
  });
});

async function* pictures(count: number): AsyncGenerator<Raster> {
  const [width, height] = [64, 64];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + i * 4) % 256);
    yield { data, width, height };
  }
}

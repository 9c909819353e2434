/** A backup is brought back into an empty bus, and everything is as it was. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { backUp } from '../../pipeline/app/jobs/backup/back-up.ts';
import { restore } from '../../pipeline/app/jobs/backup/restore.ts';
import { noMeters } from '../../pipeline/app/jobs/meter.ts';
import { exportAllLabels } from '../../pipeline/app/results/labels.ts';
import { clipLedger } from '../../pipeline/domain/labels/ledger.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { activeModel, fetchModel } from '../../pipeline/domain/models/registry.ts';
import { putModel } from '../../pipeline/domain/models/stored-models.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { Dead } from '../../schemas/dead.ts';
import { Image } from '../../schemas/image.ts';
import { LabelDrawn } from '../../schemas/label-drawn.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { Track } from '../../schemas/track.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { shika } from '../processes/shika.ts';
import { clipId, collected, type Testbed, testbed } from './testbed.ts';

const [whole, underWay, failed, aged] = [1, 2, 3, 4].map(clipId) as [string, string, string, string];
const camera = 'north-gate';
/** U+2028 ends a line for some readers of lines. */
const file = 'deer \u2028 鹿.mp4';
const jpeg = Uint8Array.of(0xff, 0xd8, 1, 2, 3, 0xff, 0xd9);

let from: Testbed;
let bus: Bus;
let folder: string;
let backup: string;
let model: string;

/** A bus with a clip that is over, one under way, one that failed, and one of which all events have aged. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-backup-'));
  backup = join(folder, 'backup');
  from = await testbed();
  bus = await from.open();
  for (const clip of [whole, underWay, failed])
    await bus.publish(
      outgoing(ClipArrived, { camera, clip }, { ...ClipArrived.examples.valid, camera, clip, file }),
    );
  for (const clip of [aged, whole, underWay])
    for (const index of [0, 1, 2]) {
      const track = { ...Track.examples.valid, clip, camera, track: 1, index, pts: index / 24 };
      await bus.publish(outgoing(Track, { clip, track: 1, index }, track));
      const picture = { clip, index, width: 640, height: 360 };
      await bus.publish(outgoing(Image, { clip, index }, picture, { payload: jpeg }));
    }
  const tracked = {
    ...ClipTracked.examples.valid,
    ...{ clip: whole, camera, file },
    ledger: { decoded: 5, labelled: 3, empty: 1, skipped: { stride: 1 }, dead: 0 },
  };
  await bus.publish(outgoing(ClipTracked, { camera, clip: whole }, tracked));
  const gone = { clip: failed, camera, file, stage: 'decoder', reason: 'damaged' };
  await bus.publish(outgoing(ClipFailed, { camera, clip: failed }, gone));
  // A log in which the order counts.
  const decision = { ...LabelReviewed.examples.valid, clip: whole, track: 1 };
  for (const [id, decided] of [
    ['one', { ...decision, from: 0, to: 2, decision: 'accepted', action: 'a' }],
    ['two', { ...decision, from: 1, to: 1, decision: 'rejected', action: 'b' }],
    ['three', { ...decision, from: 1, to: 1, decision: 'undone', action: 'b' }],
    ['four', { ...decision, from: 2, to: 2, decision: 'rejected', action: 'c' }],
  ] as const)
    await bus.publish(outgoing(LabelReviewed, { clip: whole, track: 1 }, decided, { id }));
  const drawn = { ...LabelDrawn.examples.valid, clip: aged, index: 1 };
  await bus.publish(outgoing(LabelDrawn, { clip: aged, index: 1 }, drawn));
  await bus.publish(
    outgoing(Dead, { stage: 'detector', subject: 'look.a.7' }, Dead.examples.valid, { payload: jpeg }),
  );
  await openBackend('wasm');
  const { card } = await putModel(bus, await untrainedDetector(), true);
  model = card.id;
  await bus.objects.put('datasets', 'abc', Uint8Array.of(1, 2, 3));
  await bus.objects.put('explanations', 'e/figure.png', new Uint8Array(10));
  const cameras = join(folder, 'table.csv');
  await writeFile(cameras, 'name,latitude\nnorth-gate,35.6\n');
  await backUp(backup, { bus, meters: noMeters, cameras });
});
after(async () => {
  await from.close();
  await rm(folder, { recursive: true, force: true });
});

/** An empty server. */
async function emptyBus(t: {
  after: (work: () => Promise<void>) => void;
}): Promise<{ bed: Testbed; to: Bus }> {
  const bed = await testbed();
  t.after(() => bed.close());
  return { bed, to: await bed.open() };
}

async function labelsCsv(of: Bus, name: string): Promise<string> {
  await exportAllLabels(of, 'csv', join(folder, name));
  return readFile(join(folder, name, 'labels.csv'), 'utf8');
}

const subjects = async (of: Bus, type: typeof Track | typeof Image) =>
  (await collected(of.stored<typeof Track | typeof Image>(type))).map(({ subject }) => subject);

describe('backup', () => {
  test('is plain files, whose sums `sha256sum` checks', async () => {
    await promisify(execFile)('sha256sum', ['--check', '--quiet', '--strict', 'SHA256SUMS'], { cwd: backup });
    assert.equal(await readFile(join(backup, 'cameras.csv'), 'utf8'), 'name,latitude\nnorth-gate,35.6\n');
    assert.deepEqual(new Uint8Array(await readFile(join(backup, `images/${whole}/2.jpg`))), jpeg);
    const lines = (await readFile(join(backup, 'labels.jsonl'), 'utf8')).trimEnd().split(/[\n\u2028]/);
    assert.equal(lines.length, 5);
    assert.equal(JSON.parse(lines[0] ?? '').body.decision, 'accepted');
  });

  test('writes over nothing', async () => {
    await assert.rejects(backUp(backup, { bus, meters: noMeters, cameras: '' }), /is not empty/);
  });
});

describe('restore', () => {
  test('labels to the byte, ledger, pictures, drawings, models that load', async (t) => {
    const { to } = await emptyBus(t);
    const { messages, cameras } = await restore(backup, to, noMeters);
    assert.equal(messages['labels.jsonl'], 5);
    assert.equal(cameras, join(backup, 'cameras.csv'));

    const labels = await labelsCsv(to, 'restored');
    assert.equal(labels, await labelsCsv(bus, 'original'));
    assert.match(labels, /accepted[\s\S]*accepted[\s\S]*rejected/);
    const ledger = await clipLedger(to, whole);
    assert.deepEqual(ledger, await clipLedger(bus, whole));
    assert.ok(ledger.addsUp);
    assert.deepEqual(await clipLedger(to, failed), await clipLedger(bus, failed));

    const log = async (of: Bus) => [
      ...(await collected(of.stored(LabelReviewed))).map(({ id, body, traceparent }) => ({
        id,
        body,
        traceparent,
      })),
      ...(await collected(of.stored(LabelDrawn))).map(({ id, body, traceparent }) => ({
        id,
        body,
        traceparent,
      })),
    ];
    assert.deepEqual(await log(to), await log(bus));
    assert.deepEqual(await subjects(to, Image), await subjects(bus, Image));
    const [picture] = await collected(to.stored(Image, { clip: aged, index: 0 }));
    assert.deepEqual(new Uint8Array(picture?.payload ?? []), jpeg);
    const [dead] = await collected(to.stored(Dead));
    assert.deepEqual(new Uint8Array(dead?.payload ?? []), jpeg);

    assert.equal((await activeModel(to, 'detector'))?.model, model);
    const files = await fetchModel(to, model);
    assert.equal(readDetectorCard(files).id, model);
    const detector = await Detector.load(files);
    detector.dispose();
    assert.deepEqual([...((await to.objects.get('datasets', 'abc')) ?? [])], [1, 2, 3]);
    assert.deepEqual(await to.objects.list('explanations'), [], 'it can be asked for again');
  });

  test('a clip under way begins anew: none of its tracks are there, those of an aged one are', async (t) => {
    const { to } = await emptyBus(t);
    await restore(backup, to, noMeters);
    const clips = new Set((await subjects(to, Track)).map((subject) => subject.split('.')[1]));
    assert.deepEqual(clips, new Set([aged, whole]));
    assert.equal((await clipLedger(to, underWay)).state, 'under way');
  });

  test('a clip’s end is there before its arrival: a stage that works does nothing again', async (t) => {
    const { to } = await emptyBus(t);
    await restore(backup, to, noMeters);
    const [arrived] = await collected(to.stored(ClipArrived, { camera, clip: whole }));
    const [tracked] = await collected(to.stored(ClipTracked, { camera, clip: whole }));
    assert.ok(arrived && tracked && tracked.sequence < arrived.sequence);
  });

  test('refuses a bus that is not empty', async (t) => {
    const { to } = await emptyBus(t);
    await restore(backup, to, noMeters);
    await assert.rejects(restore(backup, to, noMeters), /the bus is not empty; found \d+ messages in CLIPS/);
  });

  test('refuses a damaged backup, names the file, and has written nothing', async (t) => {
    const { to } = await emptyBus(t);
    const damaged = join(folder, 'damaged');
    await cp(backup, damaged, { recursive: true });
    await appendFile(join(damaged, 'tracks.jsonl'), ' ');
    await assert.rejects(restore(damaged, to, noMeters), /the backup is damaged: .*damaged\/tracks\.jsonl/);
    await rm(join(damaged, `images/${whole}/1.jpg`));
    await assert.rejects(restore(damaged, to, noMeters), /the backup is damaged: .*images\/.*\/1\.jpg/);
    assert.equal((await to.occupancy('CLIPS')).messages, 0);
    assert.deepEqual(await to.objects.list('models'), []);
  });

  test('refuses a folder that is no backup', async (t) => {
    const { to } = await emptyBus(t);
    await assert.rejects(restore(folder, to, noMeters), /is no backup/);
  });

  test('sums that lead out of the folder are damage', async (t) => {
    const { to } = await emptyBus(t);
    const evil = join(folder, 'evil');
    await cp(backup, evil, { recursive: true });
    await appendFile(join(evil, 'SHA256SUMS'), `${'0'.repeat(64)}  ../../etc/passwd\n`);
    await assert.rejects(restore(evil, to, noMeters), /SHA256SUMS, line/);
  });

  test('as a person types it', async (t) => {
    const { bed, to } = await emptyBus(t);
    const target = join(folder, 'typed');
    const written = await shika(['backup', target], { NATS_URL: from.server.url });
    assert.equal(written.code, 0, written.stderr);
    const env = { NATS_URL: bed.server.url };
    const { code, stderr, result } = await shika(['restore', target, '--json'], env);
    assert.equal(code, 0, stderr);
    assert.equal((result as { messages: Record<string, number> }).messages['tracks.jsonl'], 6);
    assert.equal(await labelsCsv(to, 'typed-labels'), await labelsCsv(bus, 'original'));
    await appendFile(join(target, 'labels.jsonl'), '\n');
    const other = await emptyBus(t);
    const broken = await shika(['restore', target], { NATS_URL: other.bed.server.url });
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /the backup is damaged: .*labels\.jsonl/);
  });
});

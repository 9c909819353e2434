/** Clips that come into a watched folder, and decisions on labels: what arrives on the bus. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chosenLabels } from '../../pipeline/domain/labels/choose.ts';
import { decideOnLabels } from '../../pipeline/domain/labels/decide.ts';
import { watchFolders } from '../../pipeline/ingest/folders/watch.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { UsageError } from '../../pipeline/runtime/errors.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { Track } from '../../schemas/track.ts';
import { type Testbed, testbed } from './testbed.ts';

let bed: Testbed;
let bus: Bus;
let folder: string;
before(async () => {
  bed = await testbed();
  bus = await bed.open();
  folder = await mkdtemp(join(tmpdir(), 'shika-arrivals-'));
});
after(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

test('watch - clips that are there and those that come are announced once each; other files are not', async () => {
  const gate = join(folder, 'gate');
  await mkdir(gate);
  await writeFile(join(gate, 'there.mp4'), 'first');
  await writeFile(join(gate, 'notes.txt'), 'no clip');
  const stop = new AbortController();
  const announced: string[] = [];
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const watching = watchFolders([gate], {
    bus,
    log: bed.log,
    signal: stop.signal,
    whole: true,
    onClip({ file }) {
      announced.push(file);
      if (file === 'there.mp4') void addClips(gate);
      if (announced.length === 3) resolve();
    },
  });
  await both;
  stop.abort();
  await watching;
  const clips: ClipArrived[] = [];
  for await (const { body } of bus.stored(ClipArrived)) clips.push(body);
  assert.deepEqual(clips.map(({ file, camera }) => [file, camera]).sort(), [
    ['comes.mp4', 'gate'],
    ['there.mp4', 'gate'],
  ]);
  assert.ok(
    clips.every(({ recordedAt }) => recordedAt?.source === 'file'),
    'when they were recorded is known as well as it can be',
  );
});

/** One that is new, and the first one under another name. */
async function addClips(gate: string): Promise<void> {
  for (const [name, content] of [
    ['comes.mp4', 'second'],
    ['again.mp4', 'first'],
  ] as const) {
    await writeFile(join(folder, name), content);
    await rename(join(folder, name), join(gate, name));
  }
}

test('watch - folders in it are searched, hidden names are nobody’s, and cameras’ files of one name stay two', async () => {
  const card = join(folder, 'card');
  for (const name of ['north/DCIM/100RECNX', 'south', '__MACOSX', '.trash']) {
    await mkdir(join(card, name), { recursive: true });
    await writeFile(join(card, name, 'IMG_0001.mp4'), name);
    await writeFile(join(card, name, '._IMG_0001.mp4'), name);
  }
  execFileSync('mkfifo', [join(card, 'pipe.mp4')]);
  await symlink(card, join(card, 'loop'));
  const stop = new AbortController();
  const announced: string[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const watching = watchFolders([card], {
    bus,
    log: bed.log,
    signal: stop.signal,
    whole: true,
    onClip({ file, camera }) {
      announced.push(`${camera} ${file}`);
      if (announced.length === 2)
        void mkdir(join(card, 'new')).then(() => writeFile(join(card, 'new/IMG_0001.mp4'), 'n'));
      if (announced.length === 3) resolve();
    },
  });
  await all;
  stop.abort();
  await watching;
  assert.deepEqual(announced.sort(), [
    'new new/IMG_0001.mp4',
    'north north/DCIM/100RECNX/IMG_0001.mp4',
    'south south/IMG_0001.mp4',
  ]);
  await assert.rejects(
    chosenLabels(bus, { clip: 'IMG_0001.mp4' }),
    (error) => error instanceof UsageError && /name of 3 clips.*[0-9a-f]{16} \(.*south/.test(error.message),
  );
  assert.deepEqual(await chosenLabels(bus, { clip: 'south/IMG_0001.mp4' }), []);
});

test('labels - a decision on chosen frames is one message a run, and is what they stand at afterwards', async () => {
  const clip = 'fedcba9876543210';
  const camera = 'gate';
  const arrived = { clip, camera, file: 'deer.mp4', source: '/clips/deer.mp4', anchors: [] };
  await bus.publish(outgoing(ClipArrived, { camera, clip }, arrived));
  for (const index of [0, 1, 2, 3]) {
    const identity = { clip, camera, track: 1, index, pts: index / 25 };
    const label = { label: 'deer', cause: 'detected' as const, score: 0.9, model: null, region: null };
    const box: [number, number, number, number] = [10, 10, 40, 30];
    await bus.publish(outgoing(Track, identity, { ...identity, ...label, box }));
  }
  const chosen = await chosenLabels(bus, { clip: 'deer.mp4', frames: { from: 1, to: 2 } });
  await decideOnLabels(bus, chosen, { decision: 'rejected', by: 'mika' });
  const messages: LabelReviewed[] = [];
  for await (const { body } of bus.stored(LabelReviewed, { clip })) messages.push(body);
  assert.deepEqual(
    messages.map(({ from, to, decision, by }) => [from, to, decision, by]),
    [[1, 2, 'rejected', 'mika']],
  );
  const states = (await chosenLabels(bus, { clip })).map(({ review }) => review);
  assert.deepEqual(states, ['pending', 'rejected', 'rejected', 'pending']);
});

test('labels - a clip that did not arrive is named, and a correction needs its box', async () => {
  await assert.rejects(chosenLabels(bus, { clip: 'fox.mp4' }), UsageError);
  await assert.rejects(decideOnLabels(bus, [], { decision: 'corrected', by: 'mika' }), UsageError);
});

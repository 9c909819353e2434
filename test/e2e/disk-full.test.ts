/** The disk under a pipeline that stays up gets full, and has room again: everything goes on by itself. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { filmScene } from '../../pipeline/app/demo/scene.ts';
import { daylightScene } from '../../pipeline/app/demo/story.ts';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { withDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { readShikaTiny, shikaTiny } from '../../pipeline/domain/models/detector/shika-tiny.ts';
import { filesOfModel, writeModelFolder } from '../../pipeline/domain/models/files.ts';
import { locateWeights } from '../../pipeline/domain/models/weights/weights.ts';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { serversOf } from '../processes/process-list.ts';
import { shika, start } from '../processes/shika.ts';
import { mountSmallDisk, NO_SMALL_DISK } from '../processes/small-disk.ts';
import { until } from '../processes/until.ts';
import { untilPrinted } from '../processes/until-printed.ts';

const WAIT_MS = 400_000;
let folder: string;
let model: string;
let clips: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-disk-'));
  model = join(folder, 'model');
  clips = join(folder, 'clips');
  await mkdir(clips);
  await openBackend('wasm');
  const network = await readShikaTiny(locateWeights('shika-tiny').path);
  const card = {
    ...{
      network: shikaTiny.network,
      side: shikaTiny.side,
      recipe: 'pre' as const,
      start: 'random',
      scores: null,
    },
    ...{
      classes: [...shikaTiny.classes],
      outputs: [...shikaTiny.classes],
      createdAt: '2026-11-23T00:00:00.000Z',
    },
    trainedOn: { dataset: '', examples: 0, boxes: 0 },
  };
  await writeModelFolder(model, withDetectorCard(await filesOfModel(network), card));
  network.dispose();
  const scene = await daylightScene(1);
  for (const [name, from, to] of [
    ['a.mp4', 40, 80],
    ['b.mp4', 80, 100],
  ] as const)
    await filmScene(join(clips, name), { ...scene, exposures: scene.exposures.slice(from, to) });
});
after(() => rm(folder, { recursive: true, force: true }));

interface Clips {
  readonly filtered: number;
}

async function filtered(out: string): Promise<number> {
  const { result } = await shika(['status', '--json', '--out', out]);
  return (result as { clips: Clips } | undefined)?.clips.filtered ?? 0; // what `status --json` prints
}

/** Takes both clips, the second one when the first has arrived and `between` is done. */
async function labelsOf(
  out: string,
  between: (running: ReturnType<typeof start>) => Promise<void>,
): Promise<string> {
  const put = await shika(['models', 'put', model, '--out', out]);
  assert.equal(put.code, 0, put.stderr);
  const watched = await mkdtemp(join(folder, 'watched-'));
  const site = join(watched, 'site');
  await mkdir(site);
  const running = start(['up', '--watch', site, '--detectors', '1', '--out', out]);
  after(() => running.child.kill('SIGKILL'));
  await untilPrinted(running, /"msg":"up"/);
  await copy('a.mp4', site);
  await untilPrinted(running, /"msg":"arrived"/);
  await between(running);
  await copy('b.mp4', site);
  await until(async () => (await filtered(out)) === 2, 'both clips are labelled', WAIT_MS);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.ended;
  assert.equal(code, 0, stderr);
  assert.equal((await shika(['export', '--format', 'csv', '--out', out])).code, 0);
  // Which clip comes first follows from when they were done.
  return (await readFile(join(out, 'export', 'csv', 'labels.csv'), 'utf8')).split('\n').sort().join('\n');
}

async function copy(name: string, to: string): Promise<void> {
  await copyFile(join(clips, name), join(to, `${name}.part`));
  await rename(join(to, `${name}.part`), join(to, name));
}

test('disk full - under `up`: it says so, waits, and labels everything as ever once there is room', {
  timeout: 900_000,
}, async (t) => {
  const disk = mountSmallDisk(join(folder, 'disk'), 200);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const out = join(disk.folder, 'out');
  const labels = await labelsOf(out, async (running) => {
    disk.fill();
    await untilPrinted(running, /the disk is nearly full: new clips wait/);
    const asking = start(['status', '--out', out]);
    await untilPrinted(asking, /the disk is nearly full: 0 MiB of 200 MiB are free on the disk of .*out/);
    asking.child.kill('SIGKILL');
    await asking.ended;
    const room = untilPrinted(running, /there is room again/);
    disk.makeRoom();
    await room;
  });
  assert.ok(labels.split('\n').length > 20, labels);
  assert.equal(labels, await labelsOf(join(folder, 'undisturbed'), () => Promise.resolve()));
});

test('disk full - what fills it is the store itself: with more room, the server is started again with a higher limit', {
  timeout: 600_000,
}, async (t) => {
  const disk = mountSmallDisk(join(folder, 'grown'), 300);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const out = join(disk.folder, 'out');
  const spared = join(disk.folder, 'spared');
  await writeFile(spared, new Uint8Array(150 * 2 ** 20));
  const running = start(['up', '--no-stages', '--out', out]);
  t.after(() => running.child.kill('SIGKILL'));
  await untilPrinted(running, /"msg":"up"/);
  const { url, user, password } = JSON.parse(await readFile(join(out, '.shika/address.json'), 'utf8'));
  const bus = await Bus.open({ url, user, password, name: 'test' }, createLog('test', 'fatal'));
  t.after(() => bus.close());
  const put = (name: string) => bus.objects.put('models', name, new Uint8Array(60 * 2 ** 20).fill(7));
  await put('first');
  await put('second');
  const again = untilPrinted(running, /stores all that it may/);
  await rm(spared);
  await again;
  await put('third');
  await put('fourth');
  running.child.kill('SIGINT');
  assert.equal((await running.ended).code, 0);
});

test('disk full - a server whose JetStream does not answer is started again', {
  timeout: 600_000,
}, async (t) => {
  const out = join(folder, 'silent');
  const running = start(['up', '--no-stages', '--out', out]);
  t.after(() => running.child.kill('SIGKILL'));
  await untilPrinted(running, /"msg":"up"/);
  const again = untilPrinted(running, /its JetStream does not answer.*starting the server again/);
  for (const { pid } of serversOf(out)) process.kill(pid, 'SIGSTOP');
  await again;
  assert.equal((await shika(['models', 'list', '--out', out])).code, 0);
  running.child.kill('SIGINT');
  assert.equal((await running.ended).code, 0);
});

test('disk full - as a command starts: the disk, what is free, what is needed and the key are named', async (t) => {
  const disk = mountSmallDisk(join(folder, 'tiny'), 24);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const { code, stderr } = await shika(['up', '--no-stages', '--out', join(disk.folder, 'out')]);
  assert.equal(code, 78);
  assert.match(
    stderr,
    /too little room.*bus\.framesMaxMiB.*found \d+ MiB of 24 MiB are free.*tiny.*expected 33 MiB/,
  );
});

test('disk full - a small one bounds what the server stores and the frames that wait', async (t) => {
  const disk = mountSmallDisk(join(folder, 'bounded'), 100);
  if (!disk) return t.skip(NO_SMALL_DISK);
  t.after(() => disk.unmount());
  const out = join(disk.folder, 'out');
  const put = await shika(['models', 'put', model, '--out', out], { SHIKA_LOG_LEVEL: 'debug' });
  assert.equal(put.code, 0, put.stderr);
  assert.match(put.stderr, /"key":"bus.framesMaxMiB","found":"4\d MiB"/);
  const bound = /max_file_store: (\d+)/.exec(await readFile(join(out, '.shika/nats/nats.conf'), 'utf8'))?.[1];
  assert.ok(Number(bound) > 80 * 2 ** 20 && Number(bound) <= 95 * 2 ** 20, `${bound}`);
});

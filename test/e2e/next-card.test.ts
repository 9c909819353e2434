/** New clips with a model that is trained already: it is put, then clips are annotated without a word on it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { writeModelFolder } from '../../pipeline/domain/models/files.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { shika, start } from '../processes/shika.ts';
import { untilPrinted } from '../processes/until-printed.ts';

let folder: string;
let card: string;
let model: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-card-'));
  card = join(folder, 'card');
  model = join(folder, 'model');
  await openBackend('wasm');
  await writeModelFolder(model, await untrainedDetector());
  for (const name of ['north/DCIM/100RECNX', 'south', 'folder.mp4'])
    await mkdir(join(card, name), { recursive: true });
  await encodeClip(join(card, 'north/DCIM/100RECNX/IMG_0001.MP4'), pictures(6), { fps: 10 });
  await encodeClip(join(card, 'south/IMG_0001.MP4'), pictures(4), { fps: 10 });
  await writeFile(join(card, 'south/._IMG_0001.MP4'), 'a Mac’s');
  await writeFile(join(card, 'south/empty.mp4'), '');
  await writeFile(join(card, 'south/notes.txt'), 'x');
  await symlink(join(card, 'nowhere'), join(card, 'dangling.mp4'));
  execFileSync('mkfifo', [join(card, 'pipe.mp4')]);
});
after(() => rm(folder, { recursive: true, force: true }));

async function* pictures(count: number): AsyncGenerator<Raster> {
  const [width, height] = [160, 96];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + i * 4) % 256);
    yield { data, width, height };
  }
}

test('next card - a model that was put labels a card with all that lies on it, and what is no clip is named', {
  timeout: 600_000,
}, async () => {
  const out = join(folder, 'june');
  const put = await shika(['models', 'put', model, '--out', out]);
  assert.equal(put.code, 0, put.stderr);
  assert.match(put.stdout, /it is the active detector/);
  const { code, stderr, result } = await shika([
    'annotate',
    card,
    '--out',
    out,
    '--detectors',
    '1',
    '--json',
  ]);
  assert.equal(code, 3, stderr);
  for (const named of [
    /dangling\.mp4.*a link to nothing/,
    /folder\.mp4.*a folder/,
    /pipe\.mp4.*a named pipe/,
  ])
    assert.match(stderr, named);
  assert.match(stderr, /empty\.mp4.*0 bytes/);
  assert.match(stderr, /ignored: 1 \.txt, 1 hidden/);
  const { clips, animals } = result as { clips: { file: string; frames: number }[]; animals: object }; // --json's
  assert.deepEqual(clips.map(({ file, frames }) => `${file} ${frames}`).sort(), [
    'north/DCIM/100RECNX/IMG_0001.MP4 6',
    'south/IMG_0001.MP4 4',
    'south/empty.mp4 0', // with its failure
  ]);
  assert.deepEqual(Object.keys(animals), ['frames', 'clips']);
  const ambiguous = await shika(['ledger', 'IMG_0001.MP4', '--out', out]);
  assert.equal(ambiguous.code, 2);
  assert.match(ambiguous.stderr, /name of 2 clips; found [0-9a-f]{16} \(.*[0-9a-f]{16} \(/);
  assert.match((await shika(['ledger', 'south/IMG_0001.MP4', '--out', out])).stdout, /4 frames = /);
  assert.match(await readFile(join(out, 'labels.csv'), 'utf8'), /^clip,file,frame/);
});

test('next card - a damaged model is refused, a job without one and `up` without one say what to do', {
  timeout: 600_000,
}, async (t) => {
  const broken = join(folder, 'broken');
  await writeModelFolder(
    broken,
    new Map([...(await untrainedDetector()), ['weights.bin', new Uint8Array(8)]]),
  );
  const refused = await shika(['models', 'put', broken, '--out', join(folder, 'never')]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /the card is of another model/);
  const without = await shika(['annotate', card, '--out', join(folder, 'never')]);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /models put FOLDER/);
  const out = join(folder, 'site');
  const running = start(['up', '--no-stages', '--out', out]);
  t.after(() => running.child.kill('SIGKILL'));
  await untilPrinted(running, /no detector is active.*models put/);
  assert.match((await shika(['status', '--out', out])).stdout, /no detector is active.*models put/);
  running.child.kill('SIGINT');
  assert.equal((await running.ended).code, 0);
});

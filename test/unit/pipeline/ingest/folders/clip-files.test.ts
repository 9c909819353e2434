import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { cameraOfFile } from '../../../../../pipeline/ingest/camera-name.ts';
import { anchorsOfClip } from '../../../../../pipeline/ingest/folders/anchors.ts';
import {
  fileNames,
  identifyClip,
  ignoredText,
  listClipFiles,
} from '../../../../../pipeline/ingest/folders/clip-files.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { printableName } from '../../../../../pipeline/runtime/walk-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'shika-clips-'));
after(() => rmSync(folder, { recursive: true }));

/** Files with something in them, and the folders they are in. */
function put(...names: readonly string[]): string[] {
  return names.map((name) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'same content');
    return path;
  });
}

const listed = async (...names: string[]) => {
  const { files, problems, ignored } = await listClipFiles(names.map((name) => join(folder, name)));
  return { paths: files.map(({ path }) => path), problems, ignored };
};

test('clip files - a folder stands for its clips in order; a file that is named is taken whatever it is called', async () => {
  const [b, a, notes] = put('north gate/b.MP4', 'north gate/a.mkv', 'north gate/notes.txt');
  assert.deepEqual((await listed('north gate')).paths, [a, b]);
  assert.deepEqual((await listed('north gate/notes.txt', 'north gate/notes.txt')).paths, [notes]);
});

test('clip files - a path that is not there and a camera’s address are refused, the latter without its password', async () => {
  await assert.rejects(listClipFiles([join(folder, 'none')]), UsageError);
  await assert.rejects(
    listClipFiles(['rtsp://user:hunter2@host/live']),
    (error) => error instanceof UsageError && !error.message.includes('hunter2'),
  );
});

test('clip files - subfolders are searched; hidden names and jobs’ folders are nobody’s, and what is ignored is counted', async () => {
  const [deep] = put(
    'card/DCIM/100RECNX/IMG_0001.MP4',
    'card/DCIM/100RECNX/._IMG_0001.MP4',
    'card/DCIM/100RECNX/IMG_0001.THM',
    'card/README',
    'card/__MACOSX/IMG_0001.MP4',
    'card/.trash/x.mp4',
    'card/out/.shika/run.json',
    'card/out/preview.mp4',
  );
  const { paths, problems, ignored } = await listed('card');
  assert.deepEqual([paths, problems], [[deep], []]);
  assert.equal(ignoredText(ignored), 'ignored: 1 .thm, 3 hidden, 1 without an extension');
  assert.equal(cameraOfFile(deep!), 'card');
  assert.equal(cameraOfFile('/cards/north/101_PANA/x.mp4'), 'north');
  assert.equal(cameraOfFile('/cards/2024_may/x.mp4'), '2024_may');
});

test('clip files - every odd entry is named with what it is, and the rest is taken', async (t) => {
  const [good, inside] = put('odd/good.mp4', 'odd/folder.mp4/inside.mp4');
  const odd = (name: string) => join(folder, 'odd', name);
  symlinkSync(odd('nowhere'), odd('dangling.mp4'));
  symlinkSync(odd('self.mp4'), odd('self.mp4'));
  symlinkSync(join(folder, 'odd'), odd('loop'));
  execFileSync('mkfifo', [odd('pipe.mp4')]);
  const server = createServer().listen(odd('socket.mp4'));
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const strange = put(`odd/new\nline.mp4`, `odd/🦌.mp4`, `odd/${'x'.repeat(251)}.mp4`);
  const { paths, problems } = await listed('odd');
  assert.deepEqual(new Set(paths), new Set([good, inside, ...strange]));
  assert.deepEqual(
    problems.map(({ file, found }) => [basename(file), found]),
    [
      ['dangling.mp4', 'a link to nothing'],
      ['folder.mp4', 'a folder; it was searched'],
      ['loop', 'a link to a folder that is searched already'],
      ['pipe.mp4', 'a named pipe'],
      ['self.mp4', 'a link that leads to itself'],
      ['socket.mp4', 'a socket'],
    ],
  );
});

test('clip files - a link to a folder above leads nowhere: what lies beside the folder was not asked for', async () => {
  const [inside] = put('cards/north/DCIM/a.mp4', 'cards/south/b.mp4');
  symlinkSync('../..', join(folder, 'cards/north/DCIM/up'));
  symlinkSync('/', join(folder, 'cards/north/DCIM/root'));
  const { paths, problems } = await listed('cards/north');
  assert.deepEqual(paths, [inside]);
  const above = 'a link to a folder that holds this one';
  assert.deepEqual(
    problems.map(({ file, found }) => [basename(file), found]),
    [
      ['root', above],
      ['up', above],
    ],
  );
});

test('clip files - a folder whose name is not UTF-8 is named: there may be clips in it', async () => {
  const [good] = put('latin/a.mp4');
  const name = Buffer.concat([Buffer.from(join(folder, 'latin/for')), Buffer.from([0xea]), Buffer.from('t')]);
  mkdirSync(name);
  const { paths, problems } = await listed('latin');
  assert.deepEqual(paths, [good]);
  assert.deepEqual(
    problems.map(({ found }) => found),
    ['a file or folder whose name is not UTF-8'],
  );
});

test('a name as it is printed - neither moves the cursor nor turns the direction of writing', () => {
  assert.equal(printableName('a\u001b[31mb\n.mp4'), 'a\\u001b[31mb\\n.mp4');
  assert.equal(printableName('a\u009b31mb\u2028\u007f.mp4'), 'a\\u009b31mb\\u2028\\u007f.mp4');
  assert.equal(printableName('a\u202e4pm.jpg\u2066'), 'a\\u202e4pm.jpg\\u2066');
});

test('clip files - the same content is one clip; its camera is the folder as one subject token', async () => {
  const [path = ''] = put('north gate/c.mp4');
  const file = { path, root: folder };
  const { clip, camera, file: name } = await identifyClip(file);
  assert.match(clip, /^[0-9a-f]{16}$/);
  assert.deepEqual([camera, name], ['north-gate', 'north gate/c.mp4']);
  assert.equal((await identifyClip(file, 'gate')).camera, 'gate');
});

test('clip files - a name that only one has stays; else the path from the given folder, and above it, tells them apart', () => {
  const file = (path: string, root: string) => ({ path, root });
  assert.deepEqual(
    fileNames([
      file('/cards/a/IMG_1.mp4', '/cards'),
      file('/cards/b/IMG_1.mp4', '/cards'),
      file('/cards/b/IMG_2.mp4', '/cards'),
    ]),
    ['a/IMG_1.mp4', 'b/IMG_1.mp4', 'IMG_2.mp4'],
  );
  assert.deepEqual(
    fileNames([file('/x/a/1/v.mp4', '/x/a/1'), file('/x/b/1/v.mp4', '/x/b/1'), file('/x/a/w.mp4', '/x/a')]),
    ['a/1/v.mp4', 'b/1/v.mp4', 'w.mp4'],
  );
});

test('anchors - boxes without a track are an animal each; those of other clips are left out', () => {
  const box = [1, 2, 3, 4] as const;
  const anchor = { frame: 0, box, label: 'deer' };
  const drawn = [
    { ...anchor, file: '/clips/a.mp4' },
    { ...anchor, file: '/clips/b.mp4' },
    { ...anchor, file: '/clips/a.mp4' },
    { ...anchor, file: '/clips/a.mp4', frame: 9, track: 2 },
  ];
  const tracks = anchorsOfClip('/clips/a.mp4', drawn).map(({ frame, track }) => [frame, track]);
  assert.deepEqual(tracks, [
    [0, 1],
    [0, 2],
    [9, 2],
  ]);
});

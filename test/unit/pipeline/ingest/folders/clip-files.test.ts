import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { anchorsOfClip } from '../../../../../pipeline/ingest/folders/anchors.ts';
import { identifyClips, listClipFiles } from '../../../../../pipeline/ingest/folders/clip-files.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'shika-clips-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'north gate'));
const files = ['b.MP4', 'a.mkv', 'notes.txt'].map((name) => join(folder, 'north gate', name));
for (const file of files) writeFileSync(file, 'same content');

test('clip files - a folder stands for its clips in order; a file that is named is taken whatever it is called', () => {
  const [b, a, notes] = files;
  assert.deepEqual(listClipFiles([join(folder, 'north gate')]), [a, b]);
  assert.deepEqual(listClipFiles([notes!]), [notes]);
});

test('clip files - a path that is not there, and a folder without clips, are refused', () => {
  assert.throws(() => listClipFiles([join(folder, 'none')]), UsageError);
  assert.throws(() => listClipFiles([folder]), UsageError);
});

test('clip files - the same content twice is one clip; its camera is the folder as one subject token', async () => {
  const clips = await identifyClips(files.slice(0, 2));
  assert.equal(clips.length, 1);
  assert.match(clips[0]!.clip, /^[0-9a-f]{16}$/);
  assert.equal(clips[0]!.camera, 'north-gate');
  assert.equal((await identifyClips(files, 'gate'))[0]?.camera, 'gate');
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

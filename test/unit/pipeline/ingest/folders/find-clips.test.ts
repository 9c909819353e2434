/** Clips are opened, and boxes on them held against them, before anything long begins. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readJobInput } from '../../../../../pipeline/app/jobs/job-input.ts';
import type { Raster } from '../../../../../pipeline/domain/vision/image.ts';
import { encodeClip } from '../../../../../pipeline/domain/vision/video-encode.ts';
import { findClips } from '../../../../../pipeline/ingest/folders/find-clips.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-find-'));
  for (const camera of ['north', 'south']) await mkdir(join(folder, camera));
  await encodeClip(join(folder, 'north/IMG_0001.mp4'), pictures(20), { fps: 10 });
  await encodeClip(join(folder, 'south/IMG_0001.mkv'), pictures(12), { fps: 10 });
  await encodeClip(join(folder, 'south/IMG_0001.mp4'), pictures(8), { fps: 10 });
});
after(() => rm(folder, { recursive: true }));

async function* pictures(count: number): AsyncGenerator<Raster> {
  const [width, height] = [160, 96];
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7 + i * 4) % 256);
    yield { data, width, height };
  }
}

test('clips - what can’t be decoded is named at once, the rest goes on; the same content twice is one clip', async () => {
  const odd = join(folder, 'odd');
  await mkdir(odd);
  await writeFile(join(odd, 'empty.mp4'), '');
  await writeFile(join(odd, 'text.mp4'), 'no clip at all');
  const bytes = await readFile(join(folder, 'north/IMG_0001.mp4'));
  await writeFile(join(odd, 'no-index.mp4'), bytes.subarray(0, bytes.byteLength / 2));
  await copyFile(join(folder, 'north/IMG_0001.mp4'), join(odd, 'z.mp4'));
  const { clips, problems, notes } = await findClips([join(folder, 'north'), odd]);
  assert.deepEqual(
    clips.map(({ file, info: { width, frames } }) => [file, width, frames]),
    [['IMG_0001.mp4', 160, 20]],
  );
  assert.deepEqual(
    problems.map(({ file }) => file.slice(odd.length + 1)),
    ['empty.mp4', 'no-index.mp4', 'text.mp4'],
  );
  for (const { found, expected } of problems) assert.ok(found && expected);
  assert.match(notes.join('\n'), /z\.mp4 is .*IMG_0001\.mp4 once more: one clip/);
  await assert.rejects(
    findClips([join(odd, 'text.mp4')]),
    (error) =>
      error instanceof UsageError && /no clips/.test(error.message) && /text\.mp4/.test(error.message),
  );
});

test('hand boxes - are held against their clip: cut at the edge, left out outside and beyond the end, the rest used', async () => {
  const csv = join(folder, 'hand.csv');
  const rows = [
    'north/IMG_0001.mp4,0,10,10,20,20,deer',
    'north/IMG_0001.mp4,19,150,90,20,20,deer',
    'north/IMG_0001.mp4,3,900,10,20,20,deer',
    'north/IMG_0001.mp4,20,10,10,20,20,deer',
    'IMG_0001.mkv,11,10,10,20,20,deer',
    'IMG_0001.mkv,12,10,10,20,20,deer',
    'IMG_0001.mp4,0,10,10,20,20,deer',
  ];
  await writeFile(csv, ['file,frame,x,y,w,h,label', ...rows].join('\n'));
  const { hand, problems, notes, clips } = await readJobInput(
    [join(folder, 'north'), join(folder, 'south')],
    [csv],
  );
  assert.deepEqual(clips.map(({ file }) => file).sort(), [
    'IMG_0001.mkv',
    'north/IMG_0001.mp4',
    'south/IMG_0001.mp4',
  ]);
  assert.deepEqual(
    hand.anchors.map(({ file, frame, box }) => [file.slice(folder.length + 1), frame, box]),
    [
      ['north/IMG_0001.mp4', 0, [10, 10, 20, 20]],
      ['north/IMG_0001.mp4', 19, [150, 90, 10, 6]],
      ['south/IMG_0001.mkv', 11, [10, 10, 20, 20]],
    ],
  );
  assert.equal(problems.length, 4);
  assert.match(
    problems[0]!.message,
    /hand\.csv:8: file; found "IMG_0001.mp4"; expected one of .*north.*south/,
  );
  assert.match(
    problems[1]!.message,
    /frame 3: .*found \[900, 10, 20, 20\], expected a box inside 160 x 96 px/,
  );
  assert.match(problems[2]!.message, /frame 20: .*expected a frame from 0 to 19/);
  assert.match(problems[3]!.message, /IMG_0001\.mkv: frame 12: .*expected a frame from 0 to 11/);
  assert.deepEqual(notes, ['1 box on north/IMG_0001.mp4 cut at the picture’s edge']);
});

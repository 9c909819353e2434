import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readProposals } from '../../../../../pipeline/app/jobs/propose-boxes.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';

const folder = await mkdtemp(join(tmpdir(), 'shika-boxes-'));
after(() => rm(folder, { recursive: true, force: true }));

const info = { width: 640, height: 360, fps: 25, durationS: 4, codec: 'h264', frames: 100 };
const clips = ['a', 'b'].map((name) => ({
  ...{ clip: name.repeat(16), camera: 'gate', file: `${name}.mp4`, path: join(folder, `${name}.mp4`), info },
}));

test('boxes of another tool - all of a frame are one proposal; what can’t be used is named, the rest is proposed', async () => {
  const path = join(folder, 'boxes.csv');
  const rows = ['a.mp4,7,10,20,30,40,deer', 'a.mp4,7,100,20,30,40,fox', 'b.mp4,0,1,2,3,4,deer'];
  await writeFile(path, `file,frame,x,y,w,h,label\n${[...rows, 'a.mp4,500,1,2,3,4,deer'].join('\n')}\n`);
  const { proposals, problems } = await readProposals({ path, clips });
  const box = (x: number, label: string) => ({ box: [x, 20, 30, 40], label, score: null });
  assert.deepEqual(proposals, [
    { clip: 'a'.repeat(16), index: 7, boxes: [box(10, 'deer'), box(100, 'fox')], format: 'csv' },
    {
      ...{ clip: 'b'.repeat(16), index: 0, format: 'csv' },
      boxes: [{ box: [1, 2, 3, 4], label: 'deer', score: null }],
    },
  ]);
  assert.match(problems.map(({ message }) => message).join(' '), /500/);
  await assert.rejects(readProposals({ path: join(folder, 'gone.csv'), clips }), UsageError);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { importLabels } from '../../../../../../pipeline/domain/formats/import/index.ts';
import { labelFolder, read, someClip } from '../../../../../fixtures/label-folder.ts';

test('mot - MOTChallenge counts positions from 1, CVAT and Datumaro do not; frames count from 1', async () => {
  const rows = '1,1,11,21,30,40,1,1,1\n20,1,11,21,30,40,1,2,1\n21,1,11,21,30,40,1,1,1\n';
  const plain = await labelFolder({ 'gt/gt.txt': rows, 'gt/labels.txt': 'deer\nfox\n' });
  const found = await read(plain.path);
  assert.deepEqual(found.labels, ['0#1 deer 11,21,30,40', '19#1 fox 11,21,30,40']);
  assert.match(found.leftOut.join(), /clip\.mp4 has no such frame; found frame 20/);
  assert.match(found.notes.join(), /taken for clip\.mp4, the only clip given/);
  const challenge = await labelFolder({
    'clip/gt/gt.txt': rows,
    'clip/seqinfo.ini': '[Sequence]\nname=clip\n',
  });
  assert.deepEqual((await read(challenge.path)).labels, [
    '0#1 pedestrian 10,20,30,40',
    '19#1 person on vehicle 10,20,30,40',
  ]);
});

test('mot - tracks from 0 count from 1, rows with flag 0 and rows that are none are left out', async () => {
  const { path } = await labelFolder({
    'gt.txt': [
      '1,0,11,21,30,40,1,1,1',
      '1,1,80,21,30,40,0,1,1',
      '0,2,11,21,30,40,1,1,1',
      '2,3,x,21,30,40',
      '2,0,11,21,-3,40,1',
      '',
    ].join('\n'),
  });
  const found = await read(join(path, 'gt.txt'));
  assert.deepEqual(found.labels, ['0#1 pedestrian 11,21,30,40']);
  assert.match(found.leftOut.join('\n'), /to be ignored: 1 row/);
  assert.match(found.leftOut.join('\n'), /gt\.txt:3: frame; found 0/);
  assert.match(found.leftOut.join('\n'), /gt\.txt:4: row/);
  assert.match(found.leftOut.join('\n'), /gt\.txt:5: width,height/);
  assert.equal(found.count, 4);
});

test('mot - detections have a score and no track; each sequence goes to its own clip', async () => {
  const { path } = await labelFolder({
    'a/det/det.txt': '1,-1,11,21,30,40,0.9\n1,-1,80,21,30,40,0.8\n',
    'b/det/det.txt': '1,-1,11,21,30,40,0.9\n',
  });
  const clips = ['a', 'c'].map((name, i) => ({
    ...someClip,
    file: `${name}.mp4`,
    clip: `000000000000000${i}`,
  }));
  const found = await read(path, { clips });
  assert.deepEqual(found.labels, ['0#1 animal 11,21,30,40', '0#2 animal 80,21,30,40']);
  assert.match(found.leftOut.join(), /file; found "b"; .*: 1 box of it/);
});

test('mot - a tracker’s results have scores, and are no person’s; a class without a name is said', async () => {
  const { path } = await labelFolder({
    'clip.txt': '1,4,11,21,30,40,0.7,-1,-1,-1\n2,4,11,21,30,40,1,-1,-1,-1\n',
    'spaces.txt': '1 4 11 21 30 40 1 9 1\n',
    'gt.txt': 'frame,id,x,y,w,h\n1,4,11,21,30,40\n',
  });
  const { labels } = await importLabels('auto', join(path, 'clip.txt'), [someClip]);
  assert.deepEqual(
    labels.map(({ track, cause, score }) => [track, cause, score]),
    [
      [4, 'detected', 0.7],
      [4, 'detected', 1],
    ],
  );
  const spaced = await read(join(path, 'spaces.txt'));
  assert.deepEqual([spaced.format, spaced.labels], ['mot', ['0#4 occluder 11,21,30,40']]);
  const headed = await read(join(path, 'gt.txt'));
  assert.deepEqual([headed.format, headed.labels, headed.count], ['mot', ['0#4 animal 11,21,30,40'], 1]);
  const unnamed = await labelFolder({ 'gt/gt.txt': '1,1,1,1,9,9,1,99,1\n' });
  assert.match((await read(unnamed.path)).notes.join(), /not kept: class 99, which has no name 1 x/);
});

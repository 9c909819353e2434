import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { safeName, uniqueStems } from '../../../../../pipeline/domain/formats/file-name.ts';
import { causes, type LabelRow } from '../../../../../pipeline/domain/formats/label-row.ts';
import { readLabels, writeLabels } from '../../../../../pipeline/domain/formats/labels-csv.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-labels-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const rows: LabelRow[] = [
  {
    clip: '0123456789abcdef',
    file: 'north, "gate".mp4',
    frame: 0,
    track: 1,
    box: [407, 62, 165, 217],
    label: '鹿',
    cause: 'hand',
    score: null,
    risk: 0,
    review: null,
  },
  {
    clip: '0123456789abcdef',
    file: 'north, "gate".mp4',
    frame: 1,
    track: 1,
    box: [407.12, -3.5, 165.25, 217],
    label: '鹿',
    cause: 'detected',
    score: 0.9123,
    risk: 0.05,
    review: 'corrected',
  },
];

test('labels.csv - is written as documented, quoted as RFC 4180 says', async () => {
  const path = join(folder, 'labels.csv');
  await writeLabels(path, rows);
  assert.equal(
    await readFile(path, 'utf8'),
    [
      'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review',
      '0123456789abcdef,"north, ""gate"".mp4",0,1,407,62,165,217,鹿,hand,,0,',
      '0123456789abcdef,"north, ""gate"".mp4",1,1,407.12,-3.5,165.25,217,鹿,detected,0.9123,0.05,corrected',
      '',
    ].join('\n'),
  );
});

test('labels.csv - reads back what was written', async () => {
  const path = join(folder, 'back.csv');
  await writeLabels(path, rows);
  assert.deepEqual(await readLabels(path), { labels: rows, problems: [], notes: [] });
});

test('labels.csv - a run without labels is a header alone', async () => {
  const path = join(folder, 'none.csv');
  await writeLabels(path, []);
  assert.deepEqual(await readLabels(path), { labels: [], problems: [], notes: [] });
});

test('labels.csv - an unknown cause or a score above 1 is reported, the rest is read', async () => {
  const path = join(folder, 'bad.csv');
  const good = 'c,a.mp4,0,1,1,2,3,4,deer,held,,,';
  const text = ['clip,file,frame,track,x,y,w,h,label,cause,score,risk,review', good];
  text.push('c,a.mp4,1,1,1,2,3,4,deer,guessed,,,', 'c,a.mp4,2,1,1,2,3,4,deer,detected,1.5,,');
  await writeFile(path, text.join('\n'));
  const { labels, problems } = await readLabels(path);
  assert.equal(labels.length, 1);
  assert.deepEqual(
    problems.map(({ line, found, expected }) => [line, found, expected]),
    [
      [3, '"guessed"', causes.join(', ')],
      [4, '"1.5"', 'a number from 0 to 1'],
    ],
  );
});

test('labels.csv - a row that is there twice is one, with a word; two boxes of a track on a frame are neither', async () => {
  const path = join(folder, 'doubled.csv');
  const row = (frame: number, x: number) => `c,a.mp4,${frame},1,${x},2,3,4,deer,held,,,`;
  const header = 'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review';
  await writeFile(path, [header, row(0, 1), row(0, 1), row(1, 1), row(2, 1), row(2, 9)].join('\n'));
  const { labels, problems, notes } = await readLabels(path);
  assert.deepEqual(
    labels.map(({ frame, box }) => [frame, box[0]]),
    [
      [0, 1],
      [1, 1],
    ],
  );
  assert.deepEqual(notes, ['the same box on the same frame again, 1 x: taken once']);
  assert.match(problems[0]?.message ?? '', /frame 2 of a\.mp4: track 1 is there 2 x \(lines 5, 6\)/);
});

test('file names - keep letters of any script and lose what a file system minds', () => {
  assert.equal(safeName('鹿 の森/../x:*?'), '鹿_の森_.._x_');
  assert.equal(safeName('...hidden'), 'hidden');
  assert.equal(safeName('///'), '_');
  assert.ok(Buffer.byteLength(safeName('鹿'.repeat(200))) <= 160);
});

test('file names - doubles get a number, also where only the case differs', () => {
  assert.deepEqual(uniqueStems(['a/x.jpg', 'b/X.png', 'x.jpg']), ['x', 'X-2', 'x-3']);
});

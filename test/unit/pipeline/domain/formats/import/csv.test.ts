import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelFolder, read, someClip } from '../../../../../fixtures/label-folder.ts';

const deer = '0#1 deer 80.5,60,100,80';

async function readCsv(content: string | Uint8Array, clips = [someClip]) {
  const { path } = await labelFolder({ 'boxes.csv': content });
  return read(join(path, 'boxes.csv'), { clips });
}

test('csv - as spreadsheets save it: decimal commas, sep=, UTF-16 with a mark or without, Windows-1252', async () => {
  const table = 'file;frame;x;y;w;h;label\nclip.mp4;0;80,5;60;100;80;deer\n';
  const tabs = table.replaceAll(';', '\t');
  for (const text of [
    table,
    tabs,
    `sep=;\r\n${table}`,
    `"sep=;"\n${table}`,
    Buffer.from(`\uFEFF${tabs}`, 'utf16le'),
    Buffer.from(tabs, 'utf16le'),
    Buffer.from(`\uFEFF${tabs}`, 'utf16le').swap16(),
  ])
    assert.deepEqual((await readCsv(text)).labels, [deer]);
  const latin = await readCsv(Buffer.from(table.replace('deer', 'rådyr'), 'latin1'));
  assert.deepEqual(latin.labels, ['0#1 rådyr 80.5,60,100,80']);
});

test('csv - comments, empty lines and a quote in a cell refuse nothing', async () => {
  const found = await readCsv(
    '# drawn by hand\n\nfile,frame,x,y,w,h,label\n# the first\nclip.mp4,0,80.5,60,100,80,"deer"\nclip.mp4,1,1,1,10,10,the "old" deer\n',
  );
  assert.deepEqual(found.labels, [deer, '1#1 the "old" deer 1,1,10,10']);
});

test('csv - a row with a cell too many is named: a decimal comma in a table of commas moves all others', async () => {
  const found = await readCsv(
    'file,frame,x,y,w,h,label\nclip.mp4,0,80,5,60,100,80,deer\nclip.mp4,1,10,10,100,80,deer\n',
  );
  assert.deepEqual(found.labels, ['1#1 deer 10,10,100,80']);
  assert.match(found.leftOut.join(), /boxes\.csv:2: row; found more cells than columns/);
});

test('csv - the same row twice is one box; a track on two places of a frame is nowhere', async () => {
  const rows = [
    '0,1,80.5,60,100,80',
    '0,1,80.5,60,100,80',
    '1,1,10,10,50,50',
    '1,1,99,10,50,50',
    '1,2,10,90,50,50',
  ];
  const found = await readCsv(
    `frame,track,x,y,w,h,label,weather\n${rows.map((row) => `${row},deer,rain\n`).join('')}`,
  );
  assert.deepEqual(found.labels, [deer, '1#2 deer 10,90,50,50']);
  assert.match(
    found.leftOut.join(),
    /frame 1 of clip\.mp4: track 1 is there 2 x \(lines 4, 5\); found \[10, 10, 50, 50\] and \[99, 10, 50, 50\]/,
  );
  assert.equal(found.count, 2);
  assert.match(found.notes.join('\n'), /the same box on the same frame again, 1 x/);
  assert.match(found.notes.join('\n'), /not kept: weather \d x/);
});

test('csv - boxes are held against their clip', async () => {
  const found = await readCsv('frame,x,y,w,h\n0,300,60,100,80\n1,900,60,100,80\n20,80,60,100,80\n');
  assert.deepEqual(found.labels, ['0#1 animal 300,60,20,80']);
  assert.match(
    found.leftOut.join('\n'),
    /boxes\.csv:3: frame 1 of clip\.mp4: box left out; found \[900, 60, 100, 80\]/,
  );
  assert.match(
    found.leftOut.join('\n'),
    /boxes\.csv:4: clip\.mp4 has no such frame; found frame 20 \(1 box\)/,
  );
  assert.match(found.notes.join(), /1 box on clip\.mp4 cut/);
});

test('csv - labels.csv comes back with its clip’s id where no clip is given', async () => {
  const found = await readCsv(
    'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review\nabc,a.mp4,30,2,1,2,3,4,deer,detected,0.5,0.1,rejected\n',
    [],
  );
  assert.deepEqual(found.labels, ['30#2 deer 1,2,3,4']);
});

test('csv - empty rows of a spreadsheet are none; a quote that nothing closes costs its row alone', async () => {
  const empty = await readCsv('file;frame;x;y;w;h;label\nclip.mp4;0;80,5;60;100;80;deer\n;;;;;;\n;;;;;;\n');
  assert.deepEqual([empty.labels, empty.leftOut], [[deer], []]);
  const quote = await readCsv(
    'file,frame,x,y,w,h,label\n"clip.mp4,1,1,1,9,9,deer\nclip.mp4,0,80.5,60,100,80,deer\n',
  );
  assert.deepEqual([quote.labels, quote.count], [[deer], 1]);
});

test('csv - tracks may be called by texts; a column that is there twice is not guessed at', async () => {
  const named = await readCsv(
    'file,frame,x,y,w,h,track\nclip.mp4,0,1,1,9,9,A\nclip.mp4,0,30,1,9,9,1\nclip.mp4,1,1,1,9,9,A\n',
  );
  assert.deepEqual(named.labels, ['0#2 animal 1,1,9,9', '0#1 animal 30,1,9,9', '1#2 animal 1,1,9,9']);
  await assert.rejects(readCsv('file,frame,x,y,w,h,x\nclip.mp4,0,1,1,9,9,5\n'), /has "x" twice/);
});

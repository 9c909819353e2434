import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelFolder, read, someClip } from '../../../../../fixtures/label-folder.ts';

const sides = 'xtl="80" ytl="60" xbr="180" ybr="140"';
const box = (frame: number, more = '', at = sides) =>
  `<box frame="${frame}" outside="0" ${at} ${more}></box>`;
const end = (frame: number, at = sides) => `<box frame="${frame}" outside="1" keyframe="1" ${at}></box>`;
const track = (id: number, shapes: string, more = '') =>
  `<track id="${id}" label="deer" ${more}>${shapes}</track>`;
const task = (source = 'clip.mp4', more = '') =>
  `<task><id>1</id><size>20</size><start_frame>0</start_frame><stop_frame>19</stop_frame>${more}<source>${source}</source></task>`;
const xml = (content: string, meta = task()) =>
  `<?xml version="1.0"?>\n<!-- made by CVAT -->\n<annotations><version>1.1</version><meta>${meta}</meta>${content}</annotations>`;
const deer = 'deer 80,60,100,80';

async function readXml(content: string, clips = [someClip]) {
  const { path } = await labelFolder({ 'annotations.xml': content });
  return read(join(path, 'annotations.xml'), { clips });
}

test('cvat - rotation turns about the centre, between keyframes too', async () => {
  const found = await readXml(
    xml(track(0, box(0, 'rotation="90"', 'xtl="80" ytl="90" xbr="180" ybr="110"') + end(1))),
  );
  assert.deepEqual(found.labels, ['0#1 deer 120,50,20,100']);
  const between = await readXml(
    xml(
      track(
        0,
        box(0, 'rotation="350"', 'xtl="80" ytl="90" xbr="100" ybr="110"') +
          end(2).replace('keyframe="1"', 'rotation="10"'),
      ),
    ),
  );
  assert.equal(between.labels.length, 2);
});

test('cvat - shapes with an outline have a box; points and lines are left out by name', async () => {
  const shapes = [
    '<polygon frame="0" outside="0" points="10,20;40,20;40,60"/>',
    '<ellipse frame="0" outside="0" cx="100" cy="50" rx="30" ry="10" rotation="90"/>',
    '<mask frame="0" outside="0" rle="5,2,8,2,8" left="20" top="30" width="10" height="3"/>',
    '<cuboid frame="0" outside="0" xtl1="10" ytl1="10" xbl1="10" ybl1="30" xtr1="40" ytr1="10" xbr1="40" ybr1="30" xtl2="50" ytl2="5" xbl2="50" ybl2="25" xtr2="60" ytr2="5" xbr2="60" ybr2="25"/>',
    '<points frame="0" outside="0" points="10,20;40,20"/>',
    '<polyline frame="0" outside="0" points="10,20;40,20"/>',
    '<skeleton frame="0"><points label="nose" outside="0" points="10,20"/></skeleton>',
  ];
  const found = await readXml(xml(shapes.map((shape, i) => track(i, shape)).join('')));
  assert.deepEqual(found.labels, [
    '0#1 deer 10,20,30,40',
    '0#2 deer 90,20,20,60',
    '0#3 deer 25,30,2,2',
    '0#4 deer 10,5,50,25',
  ]);
  assert.equal(found.count, 3);
  for (const shape of ['points', 'polyline', 'skeleton']) {
    assert.match(found.leftOut.join('\n'), new RegExp(`track \\d, frame 0: ${shape}; found no outline`));
  }
});

test('cvat - two animals of a group are two tracks, and our own number comes back', async () => {
  const own = (n: number | '-') => `<attribute name="track">${n}</attribute>`;
  const numbered = (frame: number, n: number | '-') =>
    `<box frame="${frame}" outside="0" ${sides}>${own(n)}</box>`;
  const other = sides.replace('xtl="80"', 'xtl="90"');
  const found = await readXml(
    xml(
      [
        track(0, numbered(0, 3), 'group_id="7"'),
        track(1, `<box frame="0" outside="0" ${other}>${own(3)}</box>`, 'group_id="7"'),
        track(2, numbered(5, 3)),
        track(3, numbered(9, '-')),
      ].join(''),
    ),
  );
  assert.deepEqual(found.labels, [`0#3 ${deer}`, '0#1 deer 90,60,90,80', `5#3 ${deer}`, `9#2 ${deer}`]);
});

test('cvat - a track that is there again is one, with a word', async () => {
  const twice = await readXml(xml(track(0, box(0) + box(1)) + track(1, box(0) + box(1))));
  assert.equal(twice.labels.length, 2);
  assert.match(twice.notes.join(), /a track of clip\.mp4 again, as track 2: taken once/);
});

test('cvat - keyframes are filled with the task’s step, a track without an end is not drawn on', async () => {
  const filled = await readXml(
    xml(track(0, box(0) + box(4, '', 'xtl="120" ytl="60" xbr="220" ybr="140"') + end(8))),
  );
  assert.deepEqual(
    filled.labels.map((label) => label.split(',')[0]),
    [
      '0#1 deer 80',
      '1#1 deer 90',
      '2#1 deer 100',
      '3#1 deer 110',
      '4#1 deer 120',
      '5#1 deer 110',
      '6#1 deer 100',
      '7#1 deer 90',
    ],
  );
  assert.match(filled.notes.join(), /6 boxes between keyframes/);
  const stepped = await readXml(
    xml(track(0, box(0) + box(4)), task('clip.mp4', '<frame_filter>step=2</frame_filter>')),
  );
  assert.deepEqual(
    stepped.labels.map((label) => label.split('#')[0]),
    ['0', '2', '4'],
  );
  assert.match(stepped.notes.join(), /track 0 has no end after frame 4: CVAT draws it on/);
});

test('cvat - a project’s frames are counted on from task to task; a task of no clip is named with its boxes', async () => {
  const projectTask = (id: number, source: string) =>
    `<task><id>${id}</id><size>20</size><start_frame>0</start_frame><source>${source}</source></task>`;
  const meta = `<project><tasks>${projectTask(5, 'clip.mp4')}${projectTask(6, 'other.mp4')}</tasks></project>`;
  const content = xml(
    track(0, box(0) + end(1), 'task_id="5"') + track(1, box(23) + box(24) + end(25), 'task_id="6"'),
    meta,
  );
  const one = await readXml(content);
  assert.deepEqual(one.labels, [`0#1 ${deer}`]);
  assert.match(one.leftOut.join(), /file; found "other\.mp4"; .*: 2 boxes of it/);
  assert.equal(one.count, 2);
  const both = await readXml(content, [
    someClip,
    { ...someClip, clip: 'fedcba9876543210', file: 'other.mp4' },
  ]);
  assert.deepEqual(both.labels, [`0#1 ${deer}`, `3#1 ${deer}`, `4#1 ${deer}`]);
});

test('cvat - frames beyond the end and boxes outside are left out, attributes are said to be lost', async () => {
  const found = await readXml(
    xml(
      track(0, box(0).replace('</box>', '<attribute name="age">old</attribute></box>')) +
        track(1, box(20) + box(21)) +
        track(2, box(1, '', 'xtl="400" ytl="60" xbr="500" ybr="140"') + end(2)) +
        track(3, `<box frame="x" outside="0" ${sides}/>`),
    ),
  );
  assert.deepEqual(found.labels, [`0#1 ${deer}`]);
  assert.match(
    found.leftOut.join('\n'),
    /clip\.mp4 has no such frame; found frame 20, 21 \(2 boxes\), expected a frame from 0 to 19/,
  );
  assert.match(found.leftOut.join('\n'), /frame 1 of clip\.mp4: box left out; found \[400, 60, 100, 80\]/);
  assert.match(found.leftOut.join('\n'), /track 3: frame; found "x"/);
  assert.match(found.notes.join(), /not kept: age 1 x/);
});

test('cvat - labels of another clip’s id are refused, of another name taken for the only clip with a word', async () => {
  const other = await readXml(xml(track(0, box(0)), `${task()}<shika><clip>ffffffffffffffff</clip></shika>`));
  assert.deepEqual([other.labels, other.count], [[], 1]);
  const renamed = await readXml(xml(track(0, box(0)), task('DSCF0001.MOV')));
  assert.equal(renamed.labels.length, 1);
  assert.match(renamed.notes.join(), /it speaks of DSCF0001\.MOV: taken for clip\.mp4/);
});

test('cvat for images - pictures with boxes, tags and shapes; a shape that is no box takes its picture out', async () => {
  const image = (id: number, name: string, content = '') =>
    `<image id="${id}" name="${name}" width="200" height="100">${content}</image>`;
  const shape = '<box label="deer" xtl="10" ytl="20" xbr="40" ybr="60"/>';
  const { path } = await labelFolder({
    'annotations.xml': xml(
      [
        image(0, 'sub/a.jpg', `${shape}<tag label="sunny"/>`),
        image(1, 'b.jpg'),
        image(2, 'c.jpg', '<tag label="empty"/>'),
        image(3, 'd.jpg', '<tag label="deer"/>'),
        image(4, 'e.jpg', `${shape}<points label="deer" points="1,2"/>`),
      ].join(''),
      task(''),
    ),
    ...Object.fromEntries(['sub/a', 'b', 'c', 'd', 'e'].map((name) => [`images/${name}.jpg`, null])),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, {
    'images/sub/a.jpg': ['deer 10,20,30,40'],
    'images/b.jpg': [],
    'images/c.jpg': [],
  });
  assert.match(found.leftOut.join('\n'), /d\.jpg; found the tag deer without a box/);
  assert.match(
    found.leftOut.join('\n'),
    /points; found no outline.*so e\.jpg is not used, nor what else is in it \(1 box\)/,
  );
});

test('cvat for images - of a video, images are frames of the clip', async () => {
  const found = await readXml(
    xml(
      `<image id="0" name="frame_000000" width="320" height="240"><box label="deer" ${sides}/></image>
       <image id="5" name="frame_000005"><box label="deer" ${sides}/><box label="deer" ${sides}/></image>
       <image id="25" name="frame_000025"><box label="deer" ${sides}/></image>`,
    ),
  );
  assert.deepEqual(found.labels, [`0#1 ${deer}`, `5#1 ${deer}`]);
  assert.equal(found.count, 1);
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { readHand } from '../../../../../pipeline/domain/formats/hand.ts';
import { readTruth } from '../../../../../pipeline/domain/formats/truth.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import { dataPath, noData } from '../../../../fixtures/shared-data.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-hand-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

const jpeg = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer();

test('hand boxes - a CSV names clips by file name, bad rows are reported by line and the rest is used', async () => {
  const csv = await put(
    'boxes.csv',
    [
      'file,frame,x,y,w,h,label',
      'deer.mp4,0,407,62,165,217,deer',
      'deer.mp4,-1,1,1,5,5,deer',
      'other.mp4,0,1,1,5,5,deer',
      'deer.mp4,3,1,1,0,5,deer',
      'deer.mp4,x,1,1,5,5,deer',
      'deer.mp4,4,1',
      '"deer.mp4",7,1.5,2,3,4,"roe, ""young"""',
    ].join('\r\n'),
  );
  const { anchors, problems } = await readHand([csv], ['/clips/deer.mp4', '/clips/fox.mp4']);
  assert.deepEqual(anchors, [
    { file: '/clips/deer.mp4', frame: 0, box: [407, 62, 165, 217], label: 'deer' },
    { file: '/clips/deer.mp4', frame: 7, box: [1.5, 2, 3, 4], label: 'roe, "young"' },
  ]);
  assert.deepEqual(
    problems.map(({ file, line, found }) => [file === csv, line, found]),
    [
      [true, 3, '"-1"'],
      [true, 4, '"other.mp4"'],
      [true, 5, '0,5'],
      [true, 6, '"x"'],
      [true, 7, 'nothing'],
    ],
  );
  assert.match(problems[1]!.message, /boxes\.csv:4: file; found "other.mp4"; expected one of the clips/);
});

test('hand boxes - semicolons, a byte order mark, a track column and no label at all', async () => {
  const csv = await put('semicolon.csv', '\uFEFFFile;Frame;x;y;w;h;track\ndeer.mp4;2;1;2;3;4;2\n');
  const { anchors } = await readHand([csv], ['deer.mp4']);
  assert.deepEqual(anchors, [{ file: 'deer.mp4', frame: 2, track: 2, box: [1, 2, 3, 4], label: 'animal' }]);
});

test('hand boxes - without a label column the only label in use is taken', async () => {
  const csv = await put('unnamed.csv', 'frame,x,y,w,h\n0,1,2,3,4\n');
  await put('one/images/a.jpg', await jpeg(20, 10));
  await put('one/labels/a.txt', '0 0.5 0.5 0.5 0.5\n');
  await put('one/classes.txt', 'boar\n');
  const { anchors } = await readHand([csv, join(folder, 'one')], ['deer.mp4']);
  assert.equal(anchors[0]!.label, 'boar');
});

test('hand boxes - two clips of one name need their path', async () => {
  const clips = [join(folder, 'north/a.mp4'), join(folder, 'south/a.mp4')];
  const csv = await put('paths.csv', 'file,frame,x,y,w,h\nsouth/a.mp4,0,1,1,5,5\na.mp4,0,1,1,5,5\n');
  const { anchors, problems } = await readHand([csv], clips);
  assert.deepEqual(
    anchors.map(({ file }) => file),
    [clips[1]],
  );
  assert.equal(problems[0]!.line, 3);
});

test('hand boxes - a file of no use says what was found and what was expected', async () => {
  const headless = await put('headless.csv', 'deer.mp4,0,407,62,165,217,deer\n');
  await assert.rejects(
    readHand([headless], ['a.mp4', 'deer.mp4']),
    /lacks "file", "frame".*found "deer.mp4,0/,
  );
  const none = await put('none.csv', 'file,frame,x,y,w,h\nfox.mp4,0,1,1,5,5\n');
  await assert.rejects(readHand([none], ['deer.mp4']), (error: unknown) => {
    assert.ok(error instanceof PoisonError);
    assert.match(error.message, /no box that can be used.*none\.csv:2: file.*"fox.mp4"/);
    return true;
  });
  await assert.rejects(readHand([join(folder, 'nowhere')], []), /is not there/);
  await mkdir(join(folder, 'empty'));
  await assert.rejects(readHand([join(folder, 'empty')], []), /has no labels that we know/);
});

test('hand boxes - a COCO folder: pictures without boxes are negatives, what is broken is reported', async () => {
  await put('coco/images/a.jpg', await jpeg(100, 50));
  await put('coco/images/blank.jpg', await jpeg(100, 50));
  await put('coco/images/odd.jpg', await jpeg(100, 50));
  await put('coco/images/broken.jpg', 'not a picture');
  await put('coco/images/turned.jpg', await jpeg(50, 100));
  await put('secret.jpg', await jpeg(10, 10));
  const images = ['a', 'blank', 'broken', 'missing', 'turned', '../../secret', 'odd'].map((name, id) => ({
    id,
    file_name: `${name}.jpg`,
    width: 100,
    height: 50,
  }));
  const annotation = (bbox: unknown, image_id = 0, category_id = 7) => ({ image_id, category_id, bbox });
  const annotations = [
    annotation([90, 10, 30, 20]),
    annotation([5, 5, 10, 10], 6),
    annotation([200, 10, 30, 20], 6),
    annotation([1, 2, 3], 6),
    annotation([1, 2, 3, 4], 6, 8),
    annotation([1, 2, 3, 4], 99),
    { ...annotation([1, 2, 3, 4], 6), iscrowd: 1 },
  ];
  await put('coco/coco.json', JSON.stringify({ images, annotations, categories: [{ id: 7, name: 'deer' }] }));
  const { stills, problems } = await readHand([join(folder, 'coco')], []);
  assert.deepEqual(
    stills.map(({ name, width, height, boxes }) => ({ name, width, height, boxes })),
    [
      { name: 'a.jpg', width: 100, height: 50, boxes: [{ box: [90, 10, 10, 20], label: 'deer' }] },
      { name: 'blank.jpg', width: 100, height: 50, boxes: [] },
    ],
  );
  const messages = problems.map(({ message }) => message).join('\n');
  for (const reason of [
    /image_id 99/,
    /odd\.jpg: box; found \[200, 10, 30, 20\].*so odd\.jpg is not used, nor what else is in it \(1 box\)/,
    /odd\.jpg; found bbox \[1,2,3\]/,
    /odd\.jpg; found category_id 8/,
    /odd\.jpg; found a crowd/,
    /broken\.jpg can't be read as a picture/,
    /2 pictures missing; found no missing\.jpg, \.\.\/\.\.\/secret\.jpg/,
    /turned\.jpg is not the picture that was drawn on; found 50 x 100 px; expected 100 x 50 px/,
  ]) {
    assert.match(messages, reason);
  }
  assert.equal(problems.length, 8);
});

test('hand boxes - a YOLO folder with splits, data.yaml, a polygon and a picture without a label file', async () => {
  await put('yolo/images/train/a.jpg', await jpeg(200, 100));
  await put(
    'yolo/images/val/b.png',
    await sharp(await jpeg(200, 100))
      .png()
      .toBuffer(),
  );
  await put('yolo/labels/train/a.txt', '1 0.5 0.5 0.2 0.4\n0 0.1 0.1 0.3 0.1 0.3 0.5\n');
  await put('yolo/images/train/odd.jpg', await jpeg(200, 100));
  await put('yolo/labels/train/odd.txt', '1 0.5 0.5 0.2 0.4\n\n5 0.5 0.5 0.1 0.1\n0 0.5\n');
  await put('yolo/data.yaml', 'names:\n  0: fox\n  1: deer\n');
  const { stills, problems, notes } = await readHand([join(folder, 'yolo')], []);
  assert.deepEqual(
    stills.map(({ name, boxes }) => ({ name, boxes })),
    [
      {
        name: 'a.jpg',
        boxes: [
          { box: [80, 30, 40, 40], label: 'deer' },
          { box: [20, 10, 40, 40], label: 'fox' },
        ],
      },
      { name: 'b.png', boxes: [] },
    ],
  );
  assert.deepEqual(
    problems.map(({ line, message }) => [
      line,
      /so odd\.jpg is not used, nor what else is in it \(1 box\)$/.test(message),
    ]),
    [
      [3, true],
      [4, true],
    ],
  );
  assert.match(notes.join(), /without a label file, taken as without an animal: 1 of 3 pictures/);
});

test('hand boxes - two sources of one picture or clip are one: each box once, and what one refuses is not used', async () => {
  const bbox = [10, 10, 20, 20];
  const image = (id: number) => ({ id, file_name: `${id}.jpg` });
  await put('two/images/1.jpg', await jpeg(100, 50));
  await put('two/images/2.jpg', await jpeg(100, 50));
  await put('two/labels/1.txt', '0 0.2 0.4 0.2 0.4\n0 0.7 0.4 0.2 0.4\n');
  await put('two/labels/2.txt', '0 0.2 0.4 0.2 0.4\n');
  const yaml = await put('two/data.yaml', 'names: [deer]\n');
  const coco = await put(
    'two/coco.json',
    JSON.stringify({
      images: [image(1), image(2)],
      annotations: [
        { image_id: 1, category_id: 1, bbox },
        { image_id: 2, category_id: 1 },
      ],
      categories: [{ id: 1, name: 'deer' }],
    }),
  );
  const csv = await put('again.csv', 'frame,x,y,w,h,label\n0,1,2,3,4,deer\n');
  const { stills, anchors, problems, notes } = await readHand([yaml, coco, csv, csv], ['deer.mp4']);
  assert.deepEqual(
    stills.map(({ name, boxes }) => [name, boxes.length]),
    [['1.jpg', 2]],
  );
  assert.equal(anchors.length, 1);
  assert.match(problems.map(({ message }) => message).join('\n'), /2\.jpg: left out of another source/);
  assert.match(notes.join('\n'), /in another source, 1 x: taken once/);
  assert.match(notes.join('\n'), /the same box on the same frame again, 1 x/);
});

test('hand boxes - rejected labels are not drawn, and a test split is said to be used', async () => {
  const labels = await put(
    'labels.csv',
    [
      'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review',
      '0123456789abcdef,deer.mp4,0,1,1,2,3,4,deer,detected,0.9,0.1,accepted',
      '0123456789abcdef,deer.mp4,1,1,1,2,3,4,deer,detected,0.9,0.1,rejected',
    ].join('\n'),
  );
  await put('split/data.yaml', 'names: [deer]\n');
  await put('split/test/images/a.jpg', await jpeg(20, 10));
  await put('split/test/labels/a.txt', '0 0.5 0.5 0.5 0.5\n');
  const { anchors, notes } = await readHand([labels, join(folder, 'split')], ['deer.mp4']);
  assert.deepEqual(
    anchors.map(({ frame }) => frame),
    [0],
  );
  assert.match(notes.join('\n'), /rejected, and not taken: 1 label/);
  assert.match(notes.join('\n'), /of a validation or test split, and used like the others: 1 picture/);
});

test('hand boxes - YOLO classes must have names', async () => {
  await put('nameless/a.jpg', await jpeg(20, 10));
  await put('nameless/a.txt', '0 0.5 0.5 0.5 0.5\n');
  await assert.rejects(readHand([join(folder, 'nameless')], []), /neither data.yaml nor classes.txt/);
});

const hand25 = dataPath('deer/hand25');
test('hand boxes - 25 real stills and the first box of a clip', {
  skip: hand25 ? false : noData,
}, async () => {
  const csv = dataPath('clips/deer-daylight.first.csv')!;
  const { stills, anchors, problems } = await readHand([hand25!, csv], ['deer-daylight.mp4']);
  assert.equal(stills.length, 25);
  assert.deepEqual(problems, []);
  assert.deepEqual(anchors, [
    { file: 'deer-daylight.mp4', frame: 0, box: [407, 62, 165, 217], label: 'deer' },
  ]);
});

test('truth - invisible rows are frames with nothing to find', async () => {
  const csv = await put('truth.csv', 'frame,x,y,w,h,visible\n40,1,2,3,4,1\n41,,,,,0\n');
  const { truth } = await readTruth(csv);
  assert.deepEqual(
    truth.map(({ frame, box }) => [frame, box]),
    [
      [40, [1, 2, 3, 4]],
      [41, null],
    ],
  );
});

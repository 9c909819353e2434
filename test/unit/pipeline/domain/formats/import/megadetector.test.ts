import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelFolder, read, someClip } from '../../../../../fixtures/label-folder.ts';

const detection = (more: object = {}) => ({
  category: '1',
  conf: 0.9,
  bbox: [0.25, 0.25, 0.25, 0.5],
  ...more,
});
const document = (images: readonly object[]) => ({
  info: { format_version: '1.4' },
  detection_categories: { '1': 'animal', '2': 'person' },
  classification_categories: { '0': 'deer', '1': 'fox' },
  images,
});

async function readResults(images: readonly object[], clips = [someClip]) {
  const { path } = await labelFolder({ 'md.json': document(images) });
  return read(join(path, 'md.json'), { clips });
}

test('megadetector - on pictures: boxes from a score on; failures and weak ones alone are no pictures without animals', async () => {
  const { path } = await labelFolder({
    'md.json': document([
      { file: 'cam1/a.JPG', detections: [detection(), detection({ conf: 0.1, bbox: [0, 0, 0.1, 0.1] })] },
      { file: 'cam1/none.jpg', detections: [] },
      { file: 'cam1/weak.jpg', detections: [detection({ conf: 0.1 })] },
      { file: 'cam1/failed.jpg', failure: 'Failure image access' },
      { file: 'cam1/null.jpg', detections: null },
      { file: 'cam1/odd.jpg', detections: [detection(), detection({ category: '9' })] },
      { file: 'cam1/gone.jpg', detections: [detection()] },
      { file: 'cam2/gone.jpg', detections: [detection()] },
    ]),
    ...Object.fromEntries(
      ['a', 'none', 'weak', 'failed', 'null', 'odd'].map((name) => [`cam1/${name}.jpg`, null]),
    ),
  });
  const found = await read(path);
  assert.deepEqual(found.pictures, { 'cam1/a.jpg': ['animal 50,25,50,50'], 'cam1/none.jpg': [] });
  const said = found.leftOut.join('\n');
  for (const words of [
    /cam1\/failed\.jpg: nothing is known of it; found Failure image access/,
    /cam1\/null\.jpg: nothing is known of it; found no detections/,
    /a detection of cam1\/odd\.jpg; found category "9".*so odd\.jpg is not used/,
    /with weak detections alone, and not used: 1 picture; found cam1\/weak\.jpg/,
    /2 pictures missing; found no cam1\/gone\.jpg, cam2\/gone\.jpg/,
  ])
    assert.match(said, words);
  assert.match(found.notes.join(), /below 0\.2, and not taken \(--min-score\): 2 detections/);
  const all = await read(path, { minScore: 0.05 });
  assert.deepEqual(all.pictures['cam1/weak.jpg'], ['animal 50,25,50,50']);
});

test('megadetector - pictures lie under a folder that is given', async () => {
  const { path } = await labelFolder({
    'results/md.json': document([{ file: 'cam1/a.jpg', detections: [detection()] }]),
    'cards/cam1/a.jpg': null,
  });
  const found = await read(join(path, 'results/md.json'), { pictures: join(path, 'cards') });
  assert.deepEqual(Object.values(found.pictures), [['animal 50,25,50,50']]);
});

test('megadetector - on a clip: frames as texts, by their picture, without a frame, beyond the end, a failure', async () => {
  const found = await readResults([
    {
      file: 'clip.mp4',
      detections: [
        detection({
          frame_number: '0',
          classifications: [
            ['0', 0.4],
            ['1', 0.6],
          ],
        }),
        detection({ frame_number: 1, conf: '0.5' }),
        detection({ frame_number: 1 }),
        detection({ frame_number: 1, bbox: [0, 0, 0.5, 0.5] }),
        detection({ frame_number: 20 }),
        detection({ frame_number: 'x' }),
        detection(),
        detection({ frame_number: 2, conf: 7 }),
      ],
    },
    { file: 'clip.mp4/frame000003.jpg', detections: [detection()] },
  ]);
  assert.deepEqual(found.labels, [
    '0#1 fox 80,60,80,120',
    '1#1 animal 80,60,80,120',
    '1#2 animal 0,0,160,120',
    '3#1 animal 80,60,80,120',
  ]);
  const said = found.leftOut.join('\n');
  assert.match(said, /clip\.mp4 has no such frame; found frame 20/);
  assert.match(said, /found frame_number "x"/);
  assert.match(said, /clip\.mp4: 1 detection without a frame/);
  assert.match(said, /found conf 7/);
  assert.match(found.notes.join(), /the same box on the same frame again, 1 x/);
  const failed = await readResults([{ file: 'clip.mp4', failure: 'Failure video access', detections: null }]);
  assert.deepEqual([failed.labels, failed.count], [[], 1]);
});

test('megadetector - a clip of another folder, or one that may be two, gets nothing', async () => {
  const clips = ['north', 'south'].map((camera, i) => ({
    ...someClip,
    clip: `000000000000000${i}`,
    file: `${camera}/IMG_1.mp4`,
    path: `/cards/${camera}/IMG_1.mp4`,
  }));
  const on = (file: string) => ({
    file,
    detections: [detection({ frame_number: 0 }), detection({ frame_number: 1 })],
  });
  const found = await readResults([on('north/IMG_1.mp4'), on('IMG_1.mp4'), on('east/IMG_1.mp4')], clips);
  assert.equal(found.labels.length, 2);
  assert.match(
    found.leftOut.join('\n'),
    /found "IMG_1\.mp4"; expected one of the clips \(north.*0000000000000000.*south.*: 2 boxes of it/,
  );
  assert.match(found.leftOut.join('\n'), /found "east\/IMG_1\.mp4"/);
});

test('megadetector - an animal that the classifier calls blank is neither; its frame is no truth', async () => {
  const blank = { classifications: [['9', 0.9]] };
  const { path } = await labelFolder({
    'md.json': {
      ...document([
        { file: 'a.jpg', detections: [detection(blank)] },
        {
          file: 'clip.mp4',
          detections: [detection({ ...blank, frame_number: 3 }), detection({ frame_number: 4 })],
        },
      ]),
      classification_categories: { '9': 'blank' },
    },
    'a.jpg': null,
  });
  const found = await read(join(path, 'md.json'));
  assert.deepEqual([found.pictures, found.labels], [{}, ['4#1 animal 80,60,80,120']]);
  assert.match(found.leftOut.join('\n'), /called "blank"; .*so a\.jpg is not used/);
  assert.equal(found.count, 2);
});

test('megadetector - null among the images refuses nothing else', async () => {
  const { path } = await labelFolder({
    'md.json': {
      ...document([]),
      detection_categories: null,
      images: [
        null,
        5,
        { file: 'a.jpg', detections: [null, detection()] },
        { file: 'b.jpg', detections: [] },
      ],
    },
    'a.jpg': null,
    'b.jpg': null,
  });
  const found = await read(path);
  assert.deepEqual([found.format, found.pictures], ['megadetector', { 'b.jpg': [] }]);
  assert.equal(found.count, 3);
});

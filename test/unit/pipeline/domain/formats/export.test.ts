import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type ExportFormat,
  type ExportInput,
  exportFormats,
  exportLabels,
} from '../../../../../pipeline/domain/formats/export/index.ts';
import { vocBox } from '../../../../../pipeline/domain/formats/export/voc.ts';
import { importLabels } from '../../../../../pipeline/domain/formats/import/index.ts';
import type { ClipFacts, LabelRow } from '../../../../../pipeline/domain/formats/label-row.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shika-export-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const gate: ClipFacts = {
  clip: '0123456789abcdef',
  file: 'gate.mp4',
  width: 640,
  height: 320,
  fps: 25,
  frames: 200,
  camera: 'north',
  recordedAt: '2026-11-01T10:00:00+01:00',
  place: { latitude: 35.5, longitude: 139.25 },
};
const empty: ClipFacts = { ...gate, clip: 'fedcba9876543210', file: 'empty.mp4', frames: 50 };

function row(frame: number, changes: Partial<LabelRow> = {}): LabelRow {
  return {
    clip: gate.clip,
    file: gate.file,
    frame,
    track: 1,
    box: [64, 32, 160, 80],
    label: 'deer',
    cause: 'detected',
    score: 0.9,
    risk: 0.1,
    review: null,
    ...changes,
  };
}

const labels = [
  row(0, { cause: 'hand', score: null, risk: 0 }),
  row(1, { box: [65.5, 32.25, 160, 80] }),
  row(5, { cause: 'moved', score: null, risk: 0.6 }),
  row(5, { track: 2, label: 'boar', box: [600, 300, 40, 20] }),
  row(6, { review: 'rejected' }),
  row(7, { track: 2, label: 'boar', box: [600, 300, 40, 20], review: 'accepted' }),
];
const input: ExportInput = { labels, clips: [gate, empty], taxa: { deer: 'Cervus nippon' } };

async function exported(format: ExportFormat, from = input): Promise<{ path: string; names: string[] }> {
  const path = join(folder, format);
  const { files } = await exportLabels(format, from, path);
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  assert.deepEqual([...files].sort(), names.sort(), `${format} lists the files it wrote`);
  return { path, names: names.map((name) => name.slice(path.length + 1)) };
}

const text = (path: string, name: string) => readFile(join(path, name), 'utf8');
const json = async (path: string, name: string) => JSON.parse(await text(path, name));

test('export - every format writes what it lists and refuses labels of a clip it does not know', async () => {
  for (const format of exportFormats) {
    await exported(format);
    if (format === 'csv') continue;
    await assert.rejects(
      exportLabels(format, { labels, clips: [empty] }, join(folder, 'none')),
      /clip 0123456789abcdef, of which nothing else is known/,
    );
  }
});

test('export - csv keeps rejected labels', async () => {
  const { path } = await exported('csv');
  assert.match(await text(path, 'labels.csv'), /,6,1,64,32,160,80,deer,detected,0\.9,0\.1,rejected/);
});

test('export - yolo names pictures by clip and frame, and writes them where they are at hand', async () => {
  const { path, names } = await exported('yolo', {
    ...input,
    picture: async (clip, frame) => Buffer.from(`${clip} ${frame}`),
  });
  assert.deepEqual(names, [
    'classes.txt',
    'data.yaml',
    'images/train/gate_000000.jpg',
    'images/train/gate_000001.jpg',
    'images/train/gate_000005.jpg',
    'images/train/gate_000007.jpg',
    'labels/train/gate_000000.txt',
    'labels/train/gate_000001.txt',
    'labels/train/gate_000005.txt',
    'labels/train/gate_000007.txt',
  ]);
  assert.equal(await text(path, 'images/train/gate_000005.jpg'), '0123456789abcdef 5');
  assert.equal(
    await text(path, 'labels/train/gate_000005.txt'),
    '1 0.225000 0.225000 0.250000 0.250000\n0 0.968750 0.968750 0.062500 0.062500\n',
  );
});

test('export - coco has pixels, areas and classes from 1', async () => {
  const { path } = await exported('coco');
  const coco = await json(path, 'coco.json');
  assert.deepEqual(coco.images[1], { id: 2, file_name: 'train/gate_000001.jpg', width: 640, height: 320 });
  assert.deepEqual(coco.annotations[1], {
    id: 2,
    image_id: 2,
    category_id: 2,
    bbox: [65.5, 32.25, 160, 80],
    area: 12800,
    iscrowd: 0,
    segmentation: [],
  });
});

test('export - coco camera traps has texts for ids, sequences, and an empty clip as class 0', async () => {
  const { path } = await exported('coco-camera-traps');
  const cct = await json(path, 'coco-camera-traps.json');
  assert.deepEqual(cct.categories, [
    { id: 0, name: 'empty' },
    { id: 1, name: 'boar' },
    { id: 2, name: 'deer' },
  ]);
  assert.deepEqual(cct.images.at(2), {
    id: 'gate_000005',
    file_name: 'images/gate_000005.jpg',
    width: 640,
    height: 320,
    seq_id: gate.clip,
    seq_num_frames: 200,
    frame_num: 5,
    location: 'north',
    datetime: '2026-11-01 09:00:00',
  });
  assert.deepEqual(cct.annotations.at(-1), {
    id: 'empty_000000_0',
    image_id: 'empty_000000',
    category_id: 0,
    sequence_level_annotation: true,
  });
});

test('export - voc is 1-based and inclusive in whole pixels inside the picture', async () => {
  assert.deepEqual(vocBox([0, 0, 10, 10], gate), { xmin: 1, ymin: 1, xmax: 10, ymax: 10 });
  assert.deepEqual(vocBox([630, 310, 30, 30], gate), { xmin: 631, ymin: 311, xmax: 640, ymax: 320 });
  assert.deepEqual(vocBox([3.4, 3.4, 0.2, 0.2], gate), { xmin: 4, ymin: 4, xmax: 4, ymax: 4 });
  const { path, names } = await exported('voc');
  assert.ok(names.includes('Annotations/gate_000005.xml'));
  const xml = await text(path, 'Annotations/gate_000005.xml');
  assert.equal(xml.match(/<object>/g)?.length, 2);
  assert.match(xml, /<xmin>65<\/xmin>\s*<ymin>33<\/ymin>\s*<xmax>224<\/xmax>\s*<ymax>112<\/ymax>/);
});

test('export - cvat ends a track where it has no label, so that CVAT does not draw it on', async () => {
  const { path, names } = await exported('cvat');
  assert.deepEqual(names, ['empty.xml', 'gate.xml']);
  const xml = await text(path, 'gate.xml');
  const boxes = [...xml.matchAll(/<box frame="(\d+)" outside="(\d)"/g)].map(
    ([, frame, outside]) => `${frame}:${outside}`,
  );
  assert.deepEqual(boxes, ['0:0', '1:0', '2:1', '5:0', '6:1', '5:0', '6:1', '7:0', '8:1']);
  assert.match(xml, /xtl="65\.50" ytl="32\.25" xbr="225\.50" ybr="112\.25"/);
  assert.match(xml, /<mode>interpolation<\/mode>/);
  assert.match(xml, /<attribute name="cause">moved<\/attribute>/);
});

test('export - mot is 1-based in frames and pixels', async () => {
  const { path } = await exported('mot');
  assert.equal(
    await text(path, 'gate/gt/gt.txt'),
    [
      '1,1,65,33,160,80,1,2,1',
      '2,1,66.5,33.25,160,80,1,2,1',
      '6,1,65,33,160,80,1,2,1',
      '6,2,601,301,40,20,1,1,1',
      '8,2,601,301,40,20,1,1,1',
      '',
    ].join('\n'),
  );
  assert.match(
    await text(path, 'gate/seqinfo.ini'),
    /^\[Sequence\]\nname=gate\n.*frameRate=25\nseqLength=200\n/s,
  );
});

test('export - megadetector is relative, has frame rates, and writes a confidence of 1 as a fraction', async () => {
  const { path } = await exported('megadetector');
  const results = await json(path, 'megadetector.json');
  assert.equal(results.info.format_version, '1.6');
  assert.deepEqual(results.classification_categories, { '0': 'boar', '1': 'deer' });
  const [video, blank] = results.images;
  assert.deepEqual([video.file, video.frame_rate, video.frames_processed.length], ['gate.mp4', 25, 200]);
  assert.deepEqual(blank.detections, []);
  assert.deepEqual(video.detections[2], {
    category: '1',
    conf: 0.4,
    bbox: [0.1, 0.1, 0.25, 0.25],
    frame_number: 5,
    classifications: [['1', 0.4]],
    cause: 'moved',
    track: 1,
  });
  assert.match(await text(path, 'megadetector.json'), /"conf": 1\.0,\n/);
});

test('export - camtrap dp has times in the clip, relative boxes, and says what nobody told it', async () => {
  const { path } = await exported('camtrap-dp');
  const observations = (await text(path, 'observations.csv')).trim().split('\n');
  const header = observations[0]!.split(',');
  const cells = (line: string) => Object.fromEntries(header.map((name, i) => [name, line.split(',')[i]]));
  const last = cells(observations[5]!);
  assert.equal(last.observationID, '0123456789abcdef_2_7');
  assert.equal(last.eventStart, '2026-11-01T09:00:00Z');
  assert.deepEqual(
    [last.bboxX, last.bboxY, last.bboxWidth, last.bboxHeight],
    ['0.9375', '0.9375', '0.0625', '0.0625'],
  );
  assert.equal(last.observationTags, 'label:boar | frame:7 | track:2 | cause:detected | review:accepted');
  assert.equal(cells(observations[1]!).scientificName, 'Cervus nippon');
  assert.equal(cells(observations[6]!).observationType, 'blank');
  assert.match(
    await text(path, 'deployments.csv'),
    /\nnorth,,north,35\.5,139\.25,,2026-11-01T09:00:00Z,2026-11-01T09:00:08Z,/,
  );
  const { warnings } = await exportLabels('camtrap-dp', input, path);
  assert.deepEqual(warnings, []);

  const { camera: _, recordedAt: __, place: ___, ...unplaced } = gate;
  const unknown = await exportLabels('camtrap-dp', { labels, clips: [unplaced] }, join(folder, 'unknown'));
  assert.equal(unknown.warnings.length, 2);
  assert.match(await text(join(folder, 'unknown'), 'deployments.csv'), /1970-01-01T00:00:00Z.*,true,/);
});

test('import - cvat and megadetector give back the labels that were exported', async () => {
  const kept = labels.filter(({ review }) => review !== 'rejected');
  const byFrame = (rows: readonly LabelRow[]) =>
    rows.toSorted((a, b) => a.track - b.track || a.frame - b.frame);
  const cvat = await importLabels('cvat', join((await exported('cvat')).path, 'gate.xml'), [gate, empty]);
  assert.deepEqual(byFrame(cvat.labels), byFrame(kept.map((label) => ({ ...label, risk: null }))));
  const path = join((await exported('megadetector')).path, 'megadetector.json');
  const detected = await importLabels('megadetector', path, [gate, empty]);
  assert.deepEqual(detected.problems, []);
  assert.deepEqual(
    byFrame(detected.labels).map(({ frame, track, label, cause }) => ({ frame, track, label, cause })),
    byFrame(kept).map(({ frame, track, label, cause }) => ({ frame, track, label, cause })),
  );
  detected.labels.forEach(({ box }) => {
    assert.ok(box.every(Number.isFinite));
  });
});

test('import - a file of another format is refused by name', async () => {
  const { path } = await exported('coco');
  await assert.rejects(
    importLabels('megadetector', join(path, 'coco.json'), [gate]),
    /is no MegaDetector result/,
  );
  await assert.rejects(importLabels('cvat', join(path, 'coco.json'), [gate]), /coco\.json/);
});

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
  const path = join(await mkdtemp(join(folder, 'exported-')), format);
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

test('export - what a format has no place for is said: fields, rejected labels, boxes outside, clips without labels', async () => {
  const outside = row(9, { box: [700, 10, 20, 20] });
  const said = async (format: ExportFormat) => {
    const target = join(folder, 'said', format);
    return (await exportLabels(format, { ...input, labels: [...labels, outside] }, target)).warnings;
  };
  assert.deepEqual(await said('yolo'), [
    'yolo has no place for tracks, causes, scores, risks, reviews, times: csv has them',
    'rejected, and in csv alone: 1 label',
    'outside of their picture, and in csv alone: 1 label',
    'without labels, and not in yolo: 1 clip',
  ]);
  const rows = await readdir(join(folder, 'said/yolo/labels/train'));
  assert.ok(
    !rows.includes('gate_000009.txt'),
    'a picture whose only box is outside of it is not one without',
  );
  assert.equal((await said('megadetector')).length, 3, 'it has clips without labels');
  assert.deepEqual(await said('csv'), []);
});

test('export - a clip whose labels automatic review rejected is not said to be without an animal, one that a person emptied is', async () => {
  const rejected = (byPerson: boolean) => ({
    clips: [gate],
    labels: [row(0, { review: 'rejected' as const, byPerson })],
  });
  const kinds = async (byPerson: boolean) => {
    const camtrap = await exported('camtrap-dp', rejected(byPerson));
    const traps = await exported('coco-camera-traps', rejected(byPerson));
    const results = await exported('megadetector', rejected(byPerson));
    return [
      (await cells(camtrap.path, 'observations.csv')).map(({ observationType }) => observationType),
      (await json(traps.path, 'coco-camera-traps.json')).annotations.length,
      (await json(results.path, 'megadetector.json')).images[0].detections,
    ];
  };
  assert.deepEqual(await kinds(true), [['blank'], 1, []]);
  assert.deepEqual(await kinds(false), [['unclassified'], 0, null]);
  const partly = {
    clips: [{ ...gate, frames: 4 }],
    labels: [
      row(0),
      row(1, { review: 'rejected', byPerson: false }),
      row(2, { review: 'rejected', byPerson: true }),
    ],
  };
  const [video] = (await json((await exported('megadetector', partly)).path, 'megadetector.json')).images;
  assert.deepEqual(video.frames_processed, [0, 2, 3], 'frame 1 is not said to show nothing');
  const { warnings } = await exportLabels('megadetector', rejected(false), join(folder, 'doubted'));
  assert.equal(warnings.at(-1), 'no label left, and not said to be without an animal: 1 clip');
});

test('export - coco has pixels, areas and classes from 1', async () => {
  const { path } = await exported('coco');
  const coco = await json(path, 'annotations/instances_train.json');
  assert.deepEqual(coco.images[1], { id: 2, file_name: 'gate_000001.jpg', width: 640, height: 320 });
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
  assert.deepEqual(
    [video.file, video.frame_rate, video.frames_processed.length],
    ['gate.mp4', 25, 199],
    'but the one whose label was rejected',
  );
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

type Cells = Record<string, string>;

/** No cell of ours has a comma in it. */
async function cells(path: string, name: string): Promise<Cells[]> {
  const [header = '', ...lines] = (await text(path, name)).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value] as const)),
  );
}

test('export - camtrap dp has one event a stay, with first, last and the most at once, and its tracks beside it', async () => {
  const { path } = await exported('camtrap-dp');
  const rows = await cells(path, 'observations.csv');
  const events = rows.filter(({ observationLevel }) => observationLevel === 'event');
  assert.deepEqual(
    events.map(({ eventStart, eventEnd, count, observationTags, mediaID }) => ({
      ...{ eventStart, eventEnd, count, observationTags, mediaID },
    })),
    [
      {
        eventStart: '2026-11-01T09:00:00Z',
        eventEnd: '2026-11-01T09:00:00Z',
        count: '1',
        observationTags: 'label:deer',
        mediaID: '',
      },
      {
        eventStart: '2026-11-01T09:00:00Z',
        eventEnd: '2026-11-01T09:00:00Z',
        count: '1',
        observationTags: 'label:boar',
        mediaID: '',
      },
    ],
  );
  const media = rows.filter(({ observationLevel }) => observationLevel === 'media');
  assert.deepEqual(
    media.map(({ observationID }) => observationID),
    ['0123456789abcdef_1_0', '0123456789abcdef_2_5', 'fedcba9876543210_blank'],
  );
  const boar = media[1]!;
  assert.equal(boar.eventID, events[1]!.eventID);
  assert.deepEqual(
    [boar.bboxX, boar.bboxY, boar.bboxWidth, boar.bboxHeight],
    ['0.9375', '0.9375', '0.0625', '0.0625'],
  );
  assert.equal(boar.observationTags, 'label:boar | frame:5 | track:2 | cause:detected');
  assert.equal(media[0]!.scientificName, 'Cervus nippon');
  assert.equal(media[2]!.observationType, 'blank');
  assert.match(
    await text(path, 'deployments.csv'),
    /\nnorth,,north,35\.5,139\.25,,2026-11-01T09:00:00Z,2026-11-01T09:00:08Z,/,
  );
  const { warnings } = await exportLabels('camtrap-dp', input, path);
  assert.deepEqual(warnings, [
    'camtrap-dp has no place for boxes of a track but its surest, risks: csv has them',
    'rejected, and in csv alone: 1 label',
    'the clips themselves are not copied: media.csv expects them in media/',
    'no scientific names are known of boar: they are in observationTags',
  ]);
});

test('export - camtrap dp is not written without a place or a time, and says what is missing', async () => {
  const { camera: _, recordedAt: __, place: ___, ...unplaced } = gate;
  const target = join(folder, 'unknown');
  await assert.rejects(
    exportLabels('camtrap-dp', { labels, clips: [unplaced] }, target),
    /no latitude and longitude of camera.*cameras\.file/,
  );
  await assert.rejects(
    exportLabels('camtrap-dp', { labels, clips: [{ ...unplaced, place: gate.place! }] }, target),
    /no time of gate\.mp4/,
  );
  await assert.rejects(readdir(target), /ENOENT/);
});

test('export - a label that review accepted by itself keeps its score, one that a person drew or corrected has 1', async () => {
  const accepted = [
    row(0, { score: 0.4, review: 'accepted', byPerson: false }),
    row(1, { score: 0.5, review: 'accepted', byPerson: true }),
    row(2, { score: 0.6, review: 'corrected', byPerson: true }),
    row(3, { cause: 'held', score: null, risk: 0.7, review: 'accepted', byPerson: false }),
    row(4, { cause: 'held', score: null, risk: 0.7, review: 'accepted', byPerson: true }),
    row(5, { cause: 'hand', score: null, risk: 0 }),
  ];
  const { path } = await exported('megadetector', { ...input, labels: accepted });
  const [video] = (await json(path, 'megadetector.json')).images;
  assert.deepEqual(
    video.detections.map(({ conf }: { conf: number }) => conf),
    [0.4, 0.5, 1, 0.3, 1, 1],
  );
  const automatic = await exported('camtrap-dp', { ...input, labels: accepted.slice(0, 1) });
  const [event] = await cells(automatic.path, 'observations.csv');
  assert.deepEqual([event!.classificationMethod, event!.classificationProbability], ['machine', '0.4']);
  const byPerson = await exported('camtrap-dp', { ...input, labels: accepted.slice(0, 2) });
  const [confirmed] = await cells(byPerson.path, 'observations.csv');
  assert.deepEqual([confirmed!.classificationMethod, confirmed!.classificationProbability], ['human', '0.5']);
});

test('export - with a stride a track goes on over frames that nobody looked at, and ends where it was looked for', async () => {
  const looked = Array.from({ length: 100 }, (_, i) => 2 * i);
  const strided = {
    clips: [{ ...gate, looked }],
    labels: [row(0), row(2), row(4), row(8), row(198, { track: 2 })],
  };
  const cvat = await exported('cvat', strided);
  const boxes = [...(await text(cvat.path, 'gate.xml')).matchAll(/<box frame="(\d+)" outside="(\d)"/g)];
  assert.deepEqual(
    boxes.map(([, frame, outside]) => `${frame}:${outside}`),
    ['0:0', '2:0', '4:0', '6:1', '8:0', '10:1', '198:0'],
  );
  const megadetector = await exported('megadetector', strided);
  const [video] = (await json(megadetector.path, 'megadetector.json')).images;
  assert.deepEqual(video.frames_processed, looked);
});

test('export - times are the frames’ own', async () => {
  const varying = { ...input, labels: [row(5, { seconds: 3 }), row(100, { seconds: 9.2 })] };
  const { path } = await exported('camtrap-dp', varying);
  const [event] = await cells(path, 'observations.csv');
  assert.deepEqual([event!.eventStart, event!.eventEnd], ['2026-11-01T09:00:03Z', '2026-11-01T09:00:09Z']);
  const traps = await exported('coco-camera-traps', varying);
  const { images } = await json(traps.path, 'coco-camera-traps.json');
  assert.equal(images[0].datetime, '2026-11-01 09:00:03');
});

test('export - two clips of one name have distinct paths, and come back to their own', async () => {
  const north = { ...gate, file: 'IMG_0001.mp4' };
  const south = { ...north, clip: 'fedcba9876543210', camera: 'south' };
  const again = { ...south, clip: '00000000deadbeef' };
  const clips = [north, south, again];
  const twice = {
    clips,
    labels: clips.map(({ clip, file }, i) => row(i, { clip, file, box: [10 * i, 0, 20, 20] })),
  };
  for (const format of exportFormats) await exported(format, twice);
  const megadetector = await exported('megadetector', twice);
  const results = await json(megadetector.path, 'megadetector.json');
  assert.deepEqual(
    results.images.map(({ file }: { file: string }) => file),
    ['north/IMG_0001.mp4', 'south/fedcba9876543210/IMG_0001.mp4', 'south/00000000deadbeef/IMG_0001.mp4'],
  );
  const detected = await importLabels(
    'megadetector',
    join(megadetector.path, 'megadetector.json'),
    clips.toReversed(),
  );
  assert.deepEqual(
    detected.labels.map(({ clip, frame }) => [clip, frame]),
    clips.map(({ clip }, i) => [clip, i]),
  );
  const cvat = await exported('cvat', twice);
  for (const [i, name] of [
    'north_IMG_0001.xml',
    'south_fedcba9876543210_IMG_0001.xml',
    'south_00000000deadbeef_IMG_0001.xml',
  ].entries()) {
    const { labels: back } = await importLabels('cvat', join(cvat.path, name), clips.toReversed());
    assert.deepEqual(
      back.map(({ clip, frame }) => [clip, frame]),
      [[clips[i]!.clip, i]],
    );
  }
});

test('export - what fails leaves nothing, and what was there stays', async () => {
  const target = join(folder, 'whole');
  await exportLabels('coco-camera-traps', input, target);
  const before = await text(target, 'coco-camera-traps.json');
  const picture = async () => {
    throw new Error('the disk is full');
  };
  const other = { ...input, clips: [empty], labels: [], picture };
  await assert.rejects(exportLabels('coco-camera-traps', other, target), /the disk is full/);
  assert.equal(await text(target, 'coco-camera-traps.json'), before);
  assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.unfinished')));
});

test('export - a picture that is nowhere is said, and the rest is written', async () => {
  const target = join(folder, 'pictureless');
  const picture = async (clip: string) => (clip === empty.clip ? null : Buffer.from('jpeg'));
  const { files, warnings } = await exportLabels('coco-camera-traps', { ...input, picture }, target);
  assert.equal(files.length, 5);
  assert.equal(warnings.at(-1), '1 pictures of clips without labels are nowhere: images/ lacks them');
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
    importLabels('megadetector', join(path, 'annotations/instances_train.json'), [gate]),
    /is no MegaDetector result/,
  );
  await assert.rejects(
    importLabels('cvat', join(path, 'annotations/instances_train.json'), [gate]),
    /instances_train\.json/,
  );
});

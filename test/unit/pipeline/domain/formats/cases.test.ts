import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHand } from '../../../../../pipeline/domain/formats/hand.ts';
import { importLabels } from '../../../../../pipeline/domain/formats/import/index.ts';
import { readTruth } from '../../../../../pipeline/domain/formats/truth.ts';
import { casePath, noCases } from '../../../../fixtures/shared-data.ts';

/** What is expected of an odd input: boxes by picture, labels as `frame track? box`, words that must be said. */
interface Case {
  readonly path: string;
  /** Boxes of each picture, px. */
  readonly pictures?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Frame and box of each label on the clip. */
  readonly labels?: readonly (readonly [number, readonly number[]])[];
  /** How much is left out. */
  readonly leftOut?: number;
  /** What the problems and notes say. */
  readonly says?: readonly RegExp[];
  /** Differences that rounding makes, px. */
  readonly within?: number;
}

const deer = [80, 60, 100, 80];
const three = {
  'a.jpg': [
    [10, 20, 30, 40],
    [100.5, 10.25, 50, 60],
  ],
  'b.jpg': [[0, 0, 200, 100]],
  'c.jpg': [],
};

const cases: readonly Case[] = [
  { path: 'coco-datumaro-layout', pictures: three },
  { path: 'cvat-images', pictures: three },
  { path: 'cvat-images/train.xml', pictures: three },
  { path: 'yolo-darknet-layout', pictures: three },
  {
    path: 'voc-folder',
    pictures: three,
    says: [/listed without an XML, taken as without an animal: 1 picture/],
  },
  {
    path: 'layouts-of-exporters/roboflow-yolo',
    pictures: {
      'test1_jpg.rf.0a1b2c.jpg': [deer],
      'train1_jpg.rf.0a1b2c.jpg': [deer],
      'valid1_jpg.rf.0a1b2c.jpg': [deer],
    },
  },
  { path: 'layouts-of-exporters/roboflow-yolo/train', pictures: { 'train1_jpg.rf.0a1b2c.jpg': [deer] } },
  {
    path: 'layouts-of-exporters/roboflow-yolo/train/images',
    pictures: { 'train1_jpg.rf.0a1b2c.jpg': [deer] },
  },
  {
    path: 'layouts-of-exporters/cvat-coco',
    pictures: { 'frame_000000.jpg': [deer], 'frame_000001.jpg': [deer] },
  },
  { path: 'layouts-of-exporters/cvat-yolo11', pictures: { 'frame_000000.jpg': [deer] } },
  { path: 'layouts-of-exporters/coco-2017', pictures: { 'a.jpg': [deer] } },
  {
    path: 'layouts-of-exporters/coco-backslash',
    pictures: { 'cam1/IMG_0001.jpg': [deer], 'cam2/IMG_0001.jpg': [[200, 100, 60, 60]] },
  },
  { path: 'stray-json-stops-a-yolo-folder', pictures: { 'a.jpg': [deer] } },
  {
    path: 'pictures-passed-over',
    pictures: { 'a.jpg': [deer], 'b.jfif': [deer], 'c.png': [deer], 'd.bmp': [deer] },
  },
  { path: 'jpg-that-is-png', pictures: { 'a.png': [deer], 'b.tif': [deer] } },
  { path: 'doubled-boxes/yolo', pictures: { 'a.jpg': [deer] }, says: [/the same box .* 2 x: taken once/] },
  {
    path: 'yolo-pose-rows-as-polygons',
    pictures: { 'a.jpg': [deer] },
    leftOut: 1,
    says: [/b\.txt:1: row.*kpt_shape/],
  },
  {
    path: 'yolo-bad-row-makes-negative',
    pictures: { 'a.jpg': [deer] },
    leftOut: 6,
    says: [...'bcdefg'].map((name) => new RegExp(`${name}\\.txt:1: .*so ${name}\\.jpg is not used`)),
  },
  { path: 'coco-ids-text-and-number', pictures: { 'a.jpg': [deer], 'b.jpg': [deer] } },
  {
    path: 'coco-segmentation-only',
    pictures: { 'a.jpg': [deer], 'b.jpg': [deer], 'c.jpg': [[80, 60, 3, 80]] },
  },
  {
    path: 'coco-picture-mixed-up/samename',
    leftOut: 2,
    says: [/cam1\/IMG_0001\.jpg is ambiguous/, /cam2\/IMG_0001\.jpg is ambiguous/],
  },
  {
    path: 'coco-picture-mixed-up/sameid',
    leftOut: 4,
    says: [/image id 1 is that of 2 pictures.*a\.jpg, b\.jpg/, /2 annotations of no image/],
  },
  { path: 'coco-picture-mixed-up/twice', pictures: { 'a.jpg': [deer, [200, 100, 60, 60]] } },
  {
    path: 'one-odd-value-refuses-all/coco-null-category',
    pictures: { 'a.jpg': [deer], 'c.jpg': [deer] },
    leftOut: 1,
    says: [/annotation 2 of b\.jpg; found category_id null/],
  },
  { path: 'one-odd-value-refuses-all/coco-text-ids', pictures: { 'a.jpg': [deer], 'b.jpg': [deer] } },
  { path: 'one-odd-value-refuses-all/coco-no-annotations', leftOut: 1, says: [/1 image, no annotations/] },
  {
    path: 'one-odd-value-refuses-all/md-frame-number-text.json',
    labels: [
      [0, deer],
      [1, deer],
    ],
  },
  {
    path: 'one-odd-value-refuses-all/md-conf-text.json',
    labels: [
      [0, deer],
      [1, deer],
    ],
  },
  {
    path: 'frames-json-of-videos',
    labels: [
      [0, deer],
      [3, [83.2, 60, 100, 80]],
    ],
  },
  {
    path: 'megadetector-video-entries-silently-wrong/old.json',
    leftOut: 1,
    says: [/clip\.mp4: 1 detection without a frame/],
  },
  {
    path: 'megadetector-video-entries-silently-wrong/failed.json',
    leftOut: 1,
    says: [/clip\.mp4: nothing is known of it; found Failure video access/],
  },
  {
    path: 'megadetector-video-entries-silently-wrong/late.json',
    labels: [[0, deer]],
    leftOut: 1,
    says: [/clip\.mp4 has no such frame; found frame 9999/],
  },
  {
    path: 'megadetector-images/results.json',
    leftOut: 3,
    says: [/3 pictures missing; found no camera\/04180131\.JPG/],
  },
  {
    path: 'cvat-lost-without-a-word/for-images.xml',
    labels: [
      [0, deer],
      [5, [82, 60, 100, 80]],
    ],
  },
  {
    path: 'cvat-lost-without-a-word/polygon-track.xml',
    labels: [
      [0, deer],
      [0, [200, 100, 60, 60]],
    ],
  },
  { path: 'cvat-lost-without-a-word/rotated.xml', labels: [[0, [120, 50, 20, 100]]] },
  {
    path: 'cvat-lost-without-a-word/keyframes-only.xml',
    labels: [0, 1, 2, 3, 4].map((n) => [n, [80 + 10 * n, 60, 100, 80]]),
    says: [/3 boxes between keyframes/],
  },
  {
    path: 'cvat-lost-without-a-word/project.xml',
    labels: [[0, deer]],
    leftOut: 1,
    says: [/file; found "other\.mp4".*: 1 box of it/],
  },
  { path: 'spreadsheet-csv/decimal-comma.csv', labels: [[0, [80.5, 60.5, 100, 80]]] },
  { path: 'spreadsheet-csv/utf16.csv', labels: [[0, deer]] },
  { path: 'spreadsheet-csv/sep.csv', labels: [[0, deer]] },
  { path: 'spreadsheet-csv/comment.csv', labels: [[0, deer]] },
  {
    path: 'left-out-rows-exit-0/first.csv',
    labels: [[0, deer]],
    leftOut: 1,
    says: [/first\.csv:3: x; found "abc"/],
  },
  {
    path: 'doubled-boxes/hand.csv',
    labels: [[0, deer]],
    says: [/the same box on the same frame again, 1 x/],
  },
];

const clip = {
  clip: '0123456789abcdef',
  file: 'clip.mp4',
  path: casePath('clip.mp4') ?? '',
  camera: 'cases',
  width: 320,
  height: 240,
  frames: 20,
};

for (const { path, pictures = {}, labels = [], leftOut = 0, says = [], within = 0.6 } of cases) {
  const source = casePath(path);
  const skip = source ? false : noCases;
  test(`cases - import ${path}`, { skip }, async () => {
    const imported = await importLabels('auto', source!, [clip]);
    const said = [...imported.problems.map(({ message }) => message), ...imported.notes].join('\n');
    assert.equal(
      imported.problems.reduce((sum, { count = 1 }) => sum + count, 0),
      leftOut,
      said,
    );
    for (const words of says) assert.match(said, words);
    const names = Object.keys(pictures);
    assert.deepEqual(
      imported.stills
        .map((still) => names.find((name) => still.path.endsWith(`/${name}`)) ?? still.path)
        .sort(),
      names.toSorted(),
      said,
    );
    for (const [name, boxes] of Object.entries(pictures)) {
      const still = imported.stills.find((one) => one.path.endsWith(`/${name}`))!;
      alike(
        still.boxes.map(({ box }) => box),
        boxes,
        within,
      );
    }
    assert.deepEqual(
      imported.labels.map(({ frame }) => frame),
      labels.map(([frame]) => frame),
    );
    alike(
      imported.labels.map(({ box }) => box),
      labels.map(([, box]) => box),
      within,
    );
  });
  test(`cases - --hand and --truth ${path} as import does`, { skip }, async () => {
    const imported = await importLabels('auto', source!, [clip]);
    if (imported.labels.length + imported.stills.length === 0) {
      await assert.rejects(readHand([source!], [clip]), /can be used/);
      await assert.rejects(readTruth(source!, [clip], false), /can be used/);
      return;
    }
    const hand = await readHand([source!], [clip]);
    const truth = await readTruth(source!, [clip], false);
    assert.deepEqual(hand.stills, imported.stills);
    assert.deepEqual(truth.pictures, imported.stills);
    const boxes = imported.labels.map(({ frame, box, label }) => ({ frame, box, label }));
    assert.deepEqual(
      hand.anchors.map(({ frame, box, label }) => ({ frame, box, label })),
      boxes,
    );
    assert.deepEqual(
      truth.truth.flatMap(({ frame, box, label }) => (box ? [{ frame, box, label }] : [])),
      boxes,
    );
    assert.deepEqual(hand.problems, imported.problems);
  });
}

function alike(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  within: number,
): void {
  const close = (a: readonly number[], b: readonly number[]) =>
    a.every((side, i) => Math.abs(side - b[i]!) <= within);
  assert.equal(found.length, expected.length, JSON.stringify(found));
  for (const box of expected)
    assert.ok(
      found.some((other) => close(other, box)),
      `${box} in ${JSON.stringify(found)}`,
    );
}

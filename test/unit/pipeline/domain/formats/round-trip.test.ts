/** What we write in a format, our reader of it gives back. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ExportFormat, exportLabels } from '../../../../../pipeline/domain/formats/export/index.ts';
import type { ClipFacts, LabelRow } from '../../../../../pipeline/domain/formats/label-row.ts';
import { labelFolder, picture, read } from '../../../../fixtures/label-folder.ts';

const clip: ClipFacts = {
  clip: '0123456789abcdef',
  file: 'gate.mp4',
  width: 200,
  height: 100,
  fps: 25,
  frames: 20,
};
const label = (frame: number, track: number, box: LabelRow['box'], name: string): LabelRow => ({
  clip: clip.clip,
  file: clip.file,
  frame,
  track,
  box,
  label: name,
  cause: 'detected',
  score: 0.05,
  risk: 0.1,
  review: 'accepted',
});
/** With a stride of 2: nobody looked at frame 1. */
const labels = [
  label(0, 1, [10, 20, 30, 40], 'deer'),
  label(0, 2, [100.5, 10.25, 50, 60], 'boar'),
  label(2, 1, [12, 20, 30, 40], 'deer'),
];
const looked = { ...clip, looked: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18] };

async function back(format: ExportFormat) {
  const { path } = await labelFolder();
  const target = join(path, 'export');
  const jpeg = await picture('a.jpg');
  await exportLabels(format, { labels, clips: [looked], picture: async () => jpeg }, target);
  return read(target, { clips: [clip] });
}

for (const format of ['csv', 'cvat', 'mot', 'megadetector'] as const) {
  test(`round trip - ${format}: labels of the clip, and no others`, async () => {
    const found = await back(format);
    assert.deepEqual(found.leftOut, []);
    assert.deepEqual(found.labels.toSorted(), [
      '0#1 deer 10,20,30,40',
      '0#2 boar 100.5,10.25,50,60',
      '2#1 deer 12,20,30,40',
    ]);
  });
}

for (const format of ['yolo', 'coco', 'coco-camera-traps', 'voc'] as const) {
  test(`round trip - ${format}: pictures with their boxes`, async () => {
    const found = await back(format);
    assert.deepEqual(found.leftOut, []);
    assert.deepEqual(
      Object.values(found.pictures).map((boxes) => boxes.toSorted()),
      [
        [format === 'voc' ? 'boar 101,10,50,60' : 'boar 100.5,10.25,50,60', 'deer 10,20,30,40'],
        ['deer 12,20,30,40'],
      ],
    );
  });
}

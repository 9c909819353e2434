/** What a file says and a result has no place for: counted and named, in every format. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { importLabels } from '../../../../../../pipeline/domain/formats/import/index.ts';
import { labelFolder } from '../../../../../fixtures/label-folder.ts';

const box = { bbox: [10, 10, 30, 30], category_id: 1, image_id: 1 };
const coco = (annotation: object, image = {}) => ({
  images: [{ id: 1, file_name: 'a.jpg', width: 200, height: 100, license: 0, ...image }],
  categories: [{ id: 1, name: 'deer', supercategory: '' }],
  annotations: [{ id: 1, iscrowd: 0, segmentation: [], area: 900, ...box, ...annotation }],
});
const voc = (object: string) =>
  `<annotation><filename>a.jpg</filename><size><width>200</width><height>100</height></size><object><name>deer</name>${object}
    <bndbox><xmin>10</xmin><ymin>10</ymin><xmax>40</xmax><ymax>40</ymax></bndbox></object></annotation>`;
const cvat = (inside: string) =>
  `<annotations><image id="0" name="a.jpg" width="200" height="100">${inside}</image></annotations>`;
const cvatBox = (more: string, inside = '') =>
  `<box label="deer" source="manual" occluded="0" xtl="10" ytl="10" xbr="40" ybr="40" z_order="0" ${more}>${inside}</box>`;
const shape = {
  label: 'deer',
  points: [
    [10, 10],
    [40, 40],
  ],
  group_id: null,
  shape_type: 'rectangle',
  flags: {},
};
const labelme = (more: object, document = {}) => ({
  version: '5.2.1',
  flags: {},
  shapes: [{ ...shape, ...more }],
  imagePath: 'a.jpg',
  imageData: null,
  imageHeight: 100,
  imageWidth: 200,
  ...document,
});
const region = { id: 'r1', type: 'rectanglelabels', original_width: 200, original_height: 100 };
const value = { x: 5, y: 10, width: 15, height: 30, rotation: 0, rectanglelabels: ['deer'] };
const studio = (more: object, ...others: object[]) => [
  { id: 1, data: { image: 'a.jpg' }, annotations: [{ result: [{ ...region, value, ...more }, ...others] }] },
];
const detection = { category: '1', conf: 0.9, bbox: [0.05, 0.1, 0.15, 0.3] };
const megadetector = (more: object, image = {}) => ({
  images: [{ file: 'a.jpg', ...image, detections: [{ ...detection, ...more }] }],
  detection_categories: { '1': 'animal' },
});

/** A file, its content, and what is said to be not kept. */
const cases: readonly (readonly [string, unknown, string | undefined])[] = [
  ['coco.json', coco({}), undefined],
  ['coco.json', coco({ score: 0.5, attributes: { occluded: false, age: 'calf' } }), 'score 1 x, age 1 x'],
  ['coco.json', coco({ num_keypoints: 1, keypoints: [1, 1, 2] }), 'num_keypoints 1 x, keypoints 1 x'],
  ['coco.json', coco({ segmentation: [[10, 10, 40, 10, 40, 40]] }), 'outlines 1 x'],
  ['coco.json', coco({}, { datetime: '2024-05-12 06:30:15' }), 'image datetime 1 x'],
  ['a.xml', voc('<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>'), undefined],
  [
    'a.xml',
    voc('<pose>Left</pose><truncated>1</truncated><difficult>1</difficult><occluded>1</occluded>'),
    'pose 1 x, truncated 1 x, difficult 1 x, occluded 1 x',
  ],
  ['a.xml', voc('<part><name>head</name></part>'), 'part 1 x'],
  [
    'a.xml',
    voc('<attributes><attribute><name>age</name><value>calf</value></attribute></attributes>'),
    'age 1 x',
  ],
  ['cvat.xml', cvat(cvatBox('')), undefined],
  [
    'cvat.xml',
    cvat(cvatBox('group_id="4"', '<attribute name="age">calf</attribute>')),
    'group_id 1 x, age 1 x',
  ],
  ['cvat.xml', cvat(`${cvatBox('')}<tag label="night"/>`), 'tag night 1 x'],
  ['cvat.xml', cvat('<polygon label="deer" points="10,10;40,10;40,40"/>'), 'outlines 1 x'],
  ['a.json', labelme({}), undefined],
  [
    'a.json',
    labelme(
      { group_id: 0, description: 'a calf', flags: { lying: true }, score: 0.4 },
      { flags: { night: true } },
    ),
    'description 1 x, score 1 x, group_id 1 x, flag lying 1 x, picture flag night 1 x',
  ],
  ['tasks.json', studio({}), undefined],
  ['tasks.json', studio({ score: 0.4, meta: { text: ['a calf'] } }), 'score 1 x, meta 1 x'],
  [
    'tasks.json',
    studio(
      {},
      { type: 'choices', value: { choices: ['night'] } },
      { type: 'relation', from_id: 'r1', to_id: 'r2' },
    ),
    'choice "night" 1 x, relations 1 x',
  ],
  ['md.json', megadetector({}), 'conf 1 x'],
  [
    'md.json',
    megadetector(
      {
        classifications: [
          ['0', 0.8],
          ['1', 0.1],
        ],
      },
      { datetime: '2024:05:12 06:30:15' },
    ),
    'image datetime 1 x, second and further classifications 1 x, conf 1 x',
  ],
];

test('not kept - what has no place in the result is counted and named, in every format; what nobody said is not', async () => {
  for (const [name, content, expected] of cases) {
    const { path } = await labelFolder({ [name]: content, 'a.jpg': null });
    const { stills, problems, notes } = await importLabels('auto', join(path, name), []);
    assert.deepEqual([stills.length, stills[0]?.boxes.length, problems], [1, 1, []], JSON.stringify(content));
    const said = notes.flatMap((note) => /: not kept: (.*)/.exec(note)?.[1] ?? []);
    assert.deepEqual(said, expected === undefined ? [] : [expected], JSON.stringify(content));
  }
});

test('not kept - of rows: columns of a CSV, a truth’s visibility, scores, outlines and key points of YOLO', async () => {
  const clip = { file: 'clip.mp4', width: 320, height: 240, frames: 20 };
  const csv = 'frame,x,y,w,h,weather,note\n0,1,1,9,9,rain,\n1,1,1,9,9,,\n';
  const { path } = await labelFolder({
    'boxes.csv': csv,
    'gt/gt.txt': '1,1,1,1,9,9,1,1,1\n2,1,1,1,9,9,1,1,0.5\n',
    'yolo/classes.txt': 'deer',
    'yolo/images/a.jpg': null,
    'yolo/labels/a.txt': '0 0.5 0.5 0.2 0.2 0.9\n0 0.1 0.1 0.2 0.1 0.2 0.2\n',
    'pose/data.yaml': 'names: [deer]\nkpt_shape: [1, 3]\n',
    'pose/images/b.jpg': null,
    'pose/labels/b.txt': '0 0.5 0.5 0.2 0.2 0.5 0.5 2\n',
  });
  const said = async (name: string) =>
    (await importLabels('auto', join(path, name), [clip])).notes.join('\n');
  assert.match(await said('boxes.csv'), /not kept: weather 1 x$/m);
  assert.match(await said('gt/gt.txt'), /not kept: visibility 1 x$/m);
  assert.match(await said('yolo'), /not kept: sixth columns \(scores, or tracks\) 1 x, outlines 1 x$/);
  assert.match(await said('pose'), /not kept: key points 1 x$/);
});

/** What `shika explain` is asked about, and the page and sheet that it leaves. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { labelsOfClip, picturesToExplain } from '../../../../../pipeline/app/jobs/explain-inputs.ts';
import { renderExplainPage } from '../../../../../pipeline/app/report/explain-page.ts';
import { writeLabels } from '../../../../../pipeline/domain/formats/labels-csv.ts';
import { decodeImage } from '../../../../../pipeline/domain/vision/image.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import { sheetOf } from '../../../../../stages/explainer/figure/sheet.ts';

const folder = mkdtempSync(join(tmpdir(), 'shika-explain-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const grey = { data: new Uint8Array(40 * 20 * 3).fill(90), width: 40, height: 20 };

test('explain - a folder stands for its pictures; one called like a class is their true label', async () => {
  for (const sub of ['set/daisy', 'set/other']) mkdirSync(join(folder, sub), { recursive: true });
  for (const file of ['daisy/a.JPG', 'other/b.png', 'other/notes.txt'])
    writeFileSync(join(folder, 'set', file), '');
  const found = await picturesToExplain([join(folder, 'set')], ['daisy', 'rose']);
  assert.deepEqual(
    found.map(({ name, truth }) => [name, truth]),
    [
      ['a', 'daisy'],
      ['b', null],
    ],
  );
  mkdirSync(join(folder, 'empty'));
  await assert.rejects(picturesToExplain([join(folder, 'empty')], []), UsageError);
  await assert.rejects(picturesToExplain([join(folder, 'nowhere.jpg')], []), UsageError);
});

test('explain - labels of a clip are asked about in their search region; true is what a person drew', async () => {
  const row = {
    clip: '0123456789abcdef',
    file: 'a clip.mp4',
    track: 1,
    label: 'deer',
    cause: 'detected',
  } as const;
  const rest = { score: 0.5, risk: 0.1, review: null };
  mkdirSync(join(folder, 'run/dataset/images/train'), { recursive: true });
  writeFileSync(join(folder, 'run/dataset/images/train/a clip_000050.jpg'), '');
  await writeLabels(join(folder, 'run/labels.csv'), [
    { ...row, ...rest, frame: 0, box: [10, 10, 20, 20] },
    { ...row, ...rest, frame: 50, box: [300, 200, 100, 50], review: 'corrected' },
    { ...row, ...rest, frame: 51, box: [0, 0, 400, 50] },
  ]);
  const [label, large] = await labelsOfClip(join(folder, 'run'), 'a clip', [50, 51]);
  assert.deepEqual(label, {
    path: join(folder, 'run/dataset/images/train/a clip_000050.jpg'),
    name: 'a clip_000050.1',
    box: [300, 200, 100, 50],
    region: [142, 17, 416, 416],
    truth: 'deer',
  });
  assert.equal(large?.region?.[2], 540);
  assert.equal(large?.truth, null, 'the pipeline’s own label is no truth');
  await assert.rejects(labelsOfClip(join(folder, 'run'), 'b', [0]), /no labels of b.*a clip\.mp4/);
  await assert.rejects(labelsOfClip(join(folder, 'run'), 'a clip.mp4', [7]), UsageError);
});

test('explain page - escapes names, lets only its own script run, and flags what is not to be trusted', async () => {
  const page = await renderExplainPage({
    title: 'gradcam <b>',
    rows: [
      {
        image: '<img onerror=alert(1)>.jpg',
        figure: 'a"b.figure.png',
        thumbnail: grey,
        evidence: 'outside the box',
        says: 'do not trust: evidence lies outside the box',
        figures: { score: 0.5, energyInBox: 0.25 },
      },
    ],
    failures: [{ image: 'broken.jpg', failure: 'no picture' }],
  });
  assert.ok(!page.includes('<img onerror') && !page.includes('gradcam <b>'));
  assert.match(page, /href="a%22b\.figure\.png"/);
  const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
  const digest = createHash('sha256').update(script).digest('base64');
  assert.ok(
    page.includes(`script-src &#39;sha256-${digest}&#39;`) || page.includes(`script-src 'sha256-${digest}'`),
  );
  assert.match(page, /class="says bad"/);
  assert.match(page, /Energy in box/);
  assert.doesNotMatch(page, /Deletion/);
  assert.match(page, /broken\.jpg/);
});

test('contact sheet - has a cell for every picture', async () => {
  const shot = { picture: grey, name: '鹿.jpg', line: 'in the box', bad: false };
  const one = await decodeImage(await sheetOf([shot]), 'sheet');
  const five = await decodeImage(await sheetOf([shot, shot, shot, shot, { ...shot, bad: true }]), 'sheet');
  assert.ok(five.width > 2.5 * one.width && five.height > 1.5 * one.height);
});

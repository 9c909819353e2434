import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { truthScores } from '../../../../../pipeline/domain/scores/against-truth.ts';
import { labelFolder } from '../../../../fixtures/label-folder.ts';

const header = 'clip,file,frame,track,x,y,w,h,label,cause,score,risk,review\n';
const row = (clip: string, file: string, frame: number, x = 80) =>
  `${clip},${file},${frame},1,${x},60,100,80,deer,detected,0.9,0.1,\n`;
const one = '0123456789abcdef';
const other = 'fedcba9876543210';

async function scores(
  truth: Readonly<Record<string, unknown>>,
  labels: string,
  clips = [{ file: 'x' }].slice(1),
) {
  const { path } = await labelFolder({ ...truth, 'labels.csv': header + labels });
  return truthScores(join(path, Object.keys(truth)[0]!), join(path, 'labels.csv'), clips); // one file
}

test('truth - of any format: boxes given as polygons count as the boxes around them', async () => {
  const polygon = (frame: number, outside: 0 | 1) =>
    `<polygon frame="${frame}" outside="${outside}" points="80,60;180,60;180,140;80,140"/>`;
  const xml = `<annotations><meta><task><source>clip.mp4</source></task></meta>
    <track id="0" label="deer">${polygon(0, 0)}${polygon(1, 0)}${polygon(2, 1)}</track></annotations>`;
  const labels = row(one, 'clip.mp4', 0) + row(one, 'clip.mp4', 1);
  const found = await scores({ 'truth.xml': xml }, labels);
  assert.deepEqual([found.scores.truths, found.scores.meanIoU, found.scores.ap50], [2, 1, 1]);
});

test('truth - a box that is there twice is one, and a row that can’t be read is named', async () => {
  const csv = 'file,frame,x,y,w,h\nclip.mp4,0,80,60,100,80\nclip.mp4,0,80,60,100,80\nclip.mp4,x,1,1,1,1\n';
  const found = await scores({ 'truth.csv': csv }, row(one, 'clip.mp4', 0));
  assert.deepEqual([found.scores.truths, found.scores.meanIoU, found.problems.length], [1, 1, 1]);
  assert.match(found.notes.join(), /the same box .* 1 x: taken once/);
});

test('labels - a row that is there twice is scored once, with a word', async () => {
  const truth = { 'truth.csv': 'file,frame,x,y,w,h\nclip.mp4,0,80,60,100,80\nclip.mp4,1,80,60,100,80\n' };
  const labels = row(one, 'clip.mp4', 0) + row(one, 'clip.mp4', 1);
  const once = await scores(truth, labels);
  const twice = await scores(truth, labels + labels);
  assert.deepEqual(twice.scores, once.scores);
  assert.match(twice.notes.join(), /the same box .* 2 x: taken once/);
});

test('truth - a frame of which something can’t be used is no truth, whatever else is on it', async () => {
  const csv = 'file,frame,x,y,w,h\nclip.mp4,0,80,60,100,80\nclip.mp4,1,80,60,100,80\nclip.mp4,1,abc,1,1,1\n';
  const labels = row(one, 'clip.mp4', 0) + row(one, 'clip.mp4', 1);
  const fromCsv = await scores({ 'truth.csv': csv }, labels);
  assert.deepEqual([fromCsv.scores.frames, fromCsv.scores.truths], [1, 1]);
  assert.match(
    fromCsv.problems.map(({ message }) => message).join('\n'),
    /clip\.mp4: 1 box on frames that are no truth; found frame 1/,
  );
  const box = (frame: number) => `<box frame="${frame}" outside="0" xtl="80" ytl="60" xbr="180" ybr="140"/>`;
  const xml = `<annotations><meta><task><source>clip.mp4</source></task></meta><track id="0" label="deer">${box(0)}${box(1)}</track>
    <track id="1" label="deer"><points frame="1" outside="0" points="200,60"/></track></annotations>`;
  const fromXml = await scores({ 'truth.xml': xml }, labels);
  assert.deepEqual([fromXml.scores.frames, fromXml.scores.truths], [1, 1]);
});

test('truth - two clips of one name are scored apart; a clip without labels is missed, not left out', async () => {
  const labels = row(one, 'north/a.mp4', 0) + row(other, 'south/a.mp4', 0, 10);
  const csv =
    'file,frame,x,y,w,h\nnorth/a.mp4,0,80,60,100,80\nsouth/a.mp4,0,10,60,100,80\nnone.mp4,0,1,1,50,50\n';
  const found = await scores({ 'truth.csv': csv }, labels);
  assert.deepEqual([found.scores.truths, found.scores.within50, found.scores.missed], [3, 2 / 3, 1]);
  const ambiguous = await scores({ 'truth.csv': `${csv}a.mp4,0,1,1,5,5\n` }, labels);
  assert.equal(ambiguous.problems.length, 1);
});

test('truth - relative boxes need the clip’s size, and are not guessed without', async () => {
  const detection = { category: '1', conf: 0.9, bbox: [0.25, 0.25, 0.3125, 1 / 3], frame_number: 0 };
  const weak = { ...detection, conf: 0.1, frame_number: 2 };
  const results = {
    detection_categories: { '1': 'animal' },
    images: [{ file: 'clip.mp4', detections: [detection, weak], frames_processed: [0, 1, 2] }],
  };
  const labels = [0, 1, 2].map((frame) => row(one, 'clip.mp4', frame)).join('');
  const clip = { clip: one, file: 'clip.mp4', width: 320, height: 240, frames: 20 };
  const { scores: known } = await scores({ 'md.json': results }, labels, [clip]);
  assert.deepEqual([known.truths, known.within75, known.extra], [1, 1, 1]);
  const { scores: unknown, problems } = await scores({ 'md.json': results }, labels);
  assert.equal(unknown.truths, 0);
  assert.match(
    problems[0]!.message,
    /fractions of a picture whose size is not known; expected the clip itself \(--clip clip\.mp4\)/,
  );
});

test('truth - of pictures can’t score labels of clips', async () => {
  const coco = {
    images: [{ id: 1, file_name: 'a.jpg' }],
    annotations: [{ image_id: 1, category_id: 1, bbox: [1, 1, 9, 9] }],
    categories: [{ id: 1, name: 'deer' }],
  };
  await assert.rejects(
    scores({ 'coco.json': coco, 'a.jpg': null }, row(one, 'clip.mp4', 0)),
    /is the truth of pictures/,
  );
});

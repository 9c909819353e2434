import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type DetectionScores,
  detectionScores,
  type ScoredImage,
} from '../../../../../pipeline/domain/scores/detection.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import { dataPath, noData } from '../../../../fixtures/shared-data.ts';

const cases = join(import.meta.dirname, 'cases');

/** What `cases/coco-scores.py` prints. */
interface Figures
  extends Pick<DetectionScores, 'ap50' | 'ap50_95' | 'recall' | 'recall50' | 'bySize' | 'perClass'> {
  readonly precision: readonly number[];
}

function equalFigures(ours: DetectionScores, theirs: Figures): void {
  const near = (found: number | null, expected: number | null, name: string) =>
    found === null || expected === null
      ? assert.equal(found, expected, name)
      : assert.ok(Math.abs(found - expected) < 1e-4, `${name}: ${found}, pycocotools ${expected}`);
  for (const name of ['ap50', 'ap50_95', 'recall', 'recall50'] as const) near(ours[name], theirs[name], name);
  for (const size of ['small', 'medium', 'large'] as const)
    near(ours.bySize[size], theirs.bySize[size], size);
  assert.deepEqual(Object.keys(ours.perClass), Object.keys(theirs.perClass));
  for (const [label, ap] of Object.entries(theirs.perClass)) near(ours.perClass[label]!, ap, label);
  theirs.precision.forEach((p, i) => {
    near(ours.curve[i]!.precision, p, `precision at recall ${i / 100}`);
  });
}

const deer = (box: Box, score?: number) => ({ box, label: 'deer', score: score ?? 1 });
const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}`);

test('detection scores - equal pycocotools on a stored case of three classes, all sizes and equal scores', () => {
  const { images, expected }: { images: ScoredImage[]; expected: Figures } = JSON.parse(
    readFileSync(join(cases, 'coco-scores.json'), 'utf8'),
  );
  equalFigures(detectionScores(images), expected);
});

const evalFolder = dataPath('deer/eval');
const python = process.env.PYTHON ?? 'python3';
const noPycocotools =
  spawnSync(python, ['-c', 'import pycocotools']).status === 0 ? false : `${python} has no pycocotools`;

test('detection scores - equal pycocotools on the deer stills with jittered truth and noise', {
  skip: evalFolder === undefined ? noData : noPycocotools,
}, () => {
  const images = jittered(join(evalFolder!, 'coco.json'));
  const run = spawnSync(python, [join(cases, 'coco-scores.py')], { input: JSON.stringify(images) });
  assert.equal(run.status, 0, String(run.stderr));
  equalFigures(detectionScores(images), JSON.parse(String(run.stdout)));
});

/** Truth of a COCO file with found boxes from a fixed pseudo-random sequence. */
function jittered(cocoFile: string): ScoredImage[] {
  const coco: {
    images: { id: number }[];
    annotations: { image_id: number; bbox: [number, number, number, number] }[];
  } = JSON.parse(readFileSync(cocoFile, 'utf8'));
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return coco.images.map(({ id }) => {
    const truth = coco.annotations.filter((a) => a.image_id === id).map(({ bbox }) => deer(bbox));
    const around = truth.map(({ box: [x, y, w, h] }) => {
      const shift = random() * 0.4;
      return deer([x + shift * w, y - shift * h * random(), w * (1 + shift * 0.5), h], random());
    });
    const noise = Array.from({ length: Math.floor(random() * 3) }, () =>
      deer([random() * 300, random() * 200, 10 + random() * 100, 10 + random() * 100], random() * 0.7),
    );
    return { truth, found: [...around, ...noise] };
  });
}

test('detection scores - a perfect detector has 1 everywhere and null for sizes that are not there', () => {
  const scores = detectionScores([
    { truth: [deer([10, 10, 100, 100])], found: [deer([10, 10, 100, 100], 0.3)] },
    { truth: [], found: [] },
  ]);
  near(scores.ap50, 1);
  near(scores.ap50_95, 1);
  near(scores.meanIoU, 1);
  near(scores.recall, 1);
  assert.deepEqual([scores.bySize.small, scores.bySize.medium], [null, null]);
  near(scores.bySize.large ?? 0, 1);
  assert.deepEqual([scores.images, scores.truths], [2, 1]);
});

test('detection scores - a false box that scores higher halves the precision, on a blank picture too', () => {
  const truth = { truth: [deer([10, 10, 100, 100])], found: [deer([10, 10, 100, 100], 0.3)] };
  near(detectionScores([truth, { truth: [], found: [deer([0, 0, 50, 50], 0.9)] }]).ap50, 0.5);
});

test('detection scores - mean IoU takes the best-scoring box, not the best-fitting one', () => {
  const truth = [deer([0, 0, 10, 10])];
  const found = [deer([0, 0, 10, 10], 0.4), deer([0, 0, 10, 20], 0.5)];
  near(detectionScores([{ truth, found }]).meanIoU, 0.5);
});

test('detection scores - mean IoU gives two animals two boxes and counts a missed one as 0', () => {
  const truth = [deer([0, 0, 10, 10]), deer([50, 0, 10, 10])];
  const both = [deer([0, 0, 10, 10], 0.9), deer([50, 0, 10, 20], 0.8)];
  near(detectionScores([{ truth, found: both }]).meanIoU, 0.75);
  near(detectionScores([{ truth, found: both.slice(1) }]).meanIoU, 0.25);
});

test('detection scores - without truth every figure is 0 and nothing is NaN', () => {
  const scores = detectionScores([{ truth: [], found: [deer([0, 0, 5, 5], 0.9)] }]);
  assert.deepEqual(
    [scores.ap50, scores.ap50_95, scores.meanIoU, scores.recall, scores.recall50, scores.truths],
    [0, 0, 0, 0, 0, 0],
  );
  assert.deepEqual(scores.bySize, { small: null, medium: null, large: null });
});

test('detection scores - an IoU of exactly 0.5 is a hit at 0.5 and at no other threshold', () => {
  const scores = detectionScores([{ truth: [deer([0, 0, 10, 10])], found: [deer([0, 0, 10, 20])] }]);
  near(scores.ap50, 1);
  near(scores.ap50_95, 0.1);
});

test('detection scores - the 101st box of a picture does not count', () => {
  const noise = Array.from({ length: 100 }, () => deer([200, 200, 10, 10], 0.9));
  const truth = [deer([0, 0, 10, 10])];
  near(detectionScores([{ truth, found: [...noise, deer([0, 0, 10, 10], 0.1)] }]).recall, 0);
  near(detectionScores([{ truth, found: [...noise.slice(1), deer([0, 0, 10, 10], 0.1)] }]).recall, 1);
});

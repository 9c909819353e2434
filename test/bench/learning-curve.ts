/**
 * How good a detector gets from how many labelled pictures: draws some from `deer/pool`, trains, and scores on
 * `deer/eval` (200 with deer, 50 blank).
 *
 *   node test/bench/learning-curve.ts [--backend wasm] [--sizes 25,300] [--seeds 1,2,3] [--start yolox|random]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readCocoStills } from '../../pipeline/formats/hand-coco.ts';
import { type BackendPreference, openBackend } from '../../pipeline/models/backend/backend.ts';
import { cocoDetectorFromOnnx } from '../../pipeline/models/coco-detector.ts';
import { Detector } from '../../pipeline/models/detector.ts';
import type { ModelFiles } from '../../pipeline/models/files.ts';
import type { DetectionScores } from '../../pipeline/scores/detection.ts';
import { evaluate } from '../../stages/trainer/detector/evaluate.ts';
import type { Example, Start } from '../../stages/trainer/detector/example.ts';
import { seededRandom } from '../../stages/trainer/detector/random.ts';
import type { RecipeName } from '../../stages/trainer/detector/recipe.ts';
import { trainDetector } from '../../stages/trainer/detector/train.ts';
import { dataPath, noData } from '../data.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    sizes: { type: 'string', default: '25,300' },
    seeds: { type: 'string', default: '1,2,3' },
    start: { type: 'string', default: 'yolox' },
  },
});
const pool = dataPath('deer/pool/coco.json');
const held = dataPath('deer/eval/coco.json');
const weights = dataPath('weights/yolox_nano.onnx');
if (!pool || !held || !weights) {
  console.error(noData);
  process.exit(2);
}

const backend = await openBackend(values.backend as BackendPreference); // openBackend refuses other words
console.log(`${backend.name} (${backend.version})`);
const all = await stills(pool, 'deer');
const truth = await stills(held, 'deer');
const start: Start = values.start === 'random' ? { kind: 'random' } : { kind: 'yolox-onnx', path: weights };

console.log('start     images seed   AP50  AP50:95  mean IoU  seconds');
const animals = truth.map((e) => ({ ...e, boxes: e.boxes.map((box) => ({ ...box, label: 'animal' })) }));
print('untrained', 0, 0, await score(await cocoDetectorFromOnnx(weights), animals), 0);
for (const size of values.sizes.split(',').map(Number)) {
  for (const seed of values.seeds.split(',').map(Number)) {
    const examples = seededRandom(seed).shuffle(all).slice(0, size);
    // From a hundred on, there is enough to choose by.
    const recipe: RecipeName = size < 100 ? 'pre' : 'main';
    const began = performance.now();
    const { files } = await trainDetector({ examples, heldOut: [], classes: ['deer'], start, recipe, seed });
    const seconds = (performance.now() - began) / 1000;
    print(values.start, size, seed, await score(files, truth), seconds);
  }
}

async function stills(coco: string, label: string): Promise<Example[]> {
  const { stills } = await readCocoStills(coco);
  return stills.map(({ name, path, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map(({ box }) => ({ box, label, weight: 1 })),
  }));
}

async function score(files: ModelFiles, examples: readonly Example[]): Promise<DetectionScores> {
  const detector = await Detector.load(files);
  try {
    return await evaluate(detector.model, detector.reading, examples);
  } finally {
    detector.dispose();
  }
}

function print(name: string, images: number, seed: number, scores: DetectionScores, seconds: number): void {
  const columns = [
    name.padEnd(9),
    `${images}`.padStart(6),
    `${seed}`.padStart(4),
    scores.ap50.toFixed(3).padStart(6),
    scores.ap50_95.toFixed(3).padStart(8),
    scores.meanIoU.toFixed(3).padStart(9),
    seconds.toFixed(0).padStart(8),
  ];
  console.log(columns.join(' '));
}

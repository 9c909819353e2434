/**
 * How good a detector gets from how many labelled pictures: draws some from `deer/pool`, trains, and scores on
 * `deer/eval` (200 with deer, 50 blank). Seconds are processor time of training; alarms are the blank pictures in
 * which something scores 0.5 or more.
 *
 *   node test/bench/learning-curve.ts [--backend wasm] [--sizes 25,300] [--seeds 1,2,3] [--no-verifier]
 *        [--start yolox|mobilenet|mobilenet-0.35|random]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { evaluate } from '../../pipeline/domain/models/detector/evaluate.ts';
import { pretrainedDetector } from '../../pipeline/domain/models/detector/pretrained.ts';
import type { ModelFiles } from '../../pipeline/domain/models/files.ts';
import type { DetectionScores } from '../../pipeline/domain/scores/detection.ts';
import { seededRandom } from '../../pipeline/domain/statistics/seeded-random.ts';
import { decodeImage, letterbox } from '../../pipeline/domain/vision/image.ts';
import type { DetectorExample, DetectorStart } from '../../stages/trainer/detector/example.ts';
import { trainDetector } from '../../stages/trainer/detector/train.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    backend: { type: 'string', default: 'auto' },
    sizes: { type: 'string', default: '25,300' },
    seeds: { type: 'string', default: '1,2,3' },
    start: { type: 'string', default: 'yolox' },
    verifier: { type: 'boolean', default: true },
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
const starts: Readonly<Record<string, DetectorStart>> = {
  yolox: { kind: 'yolox-onnx', path: weights },
  mobilenet: { kind: 'mobilenet-v2', path: dataPath('weights/mobilenet_v2_1.0_224_no_top.h5') ?? '' },
  'mobilenet-0.35': { kind: 'mobilenet-v2', path: dataPath('weights/mobilenetv2_0.35_tfjs') ?? '' },
  random: { kind: 'random' },
};
const start = starts[values.start];
if (!start) {
  console.error(`no start ${values.start}; expected ${Object.keys(starts).join(', ')}`);
  process.exit(2);
}

console.log('start     images seed   AP50  AP50:95  mean IoU  alarms  seconds');
const animals = truth.map((e) => ({ ...e, boxes: e.boxes.map((box) => ({ ...box, label: 'animal' })) }));
print('untrained', 0, '', await score(await pretrainedDetector(weights), animals), 0);
for (const size of values.sizes.split(',').map(Number)) {
  const rows: Row[] = [];
  for (const seed of values.seeds.split(',').map(Number)) {
    const examples = seededRandom(seed).shuffle(all).slice(0, size);
    const began = process.cpuUsage();
    const { files } = await trainDetector({
      examples,
      heldOut: [],
      classes: ['deer'],
      start,
      recipe: 'pre',
      imageNet: values.verifier ? dataPath('weights/mobilenet_v2_1.0_224_no_top.h5') : undefined,
      seed,
    });
    const { user, system } = process.cpuUsage(began);
    const row = await score(files, truth);
    print(values.start, size, `${seed}`, row, (user + system) / 1e6);
    rows.push(row);
  }
  const ap50 = rows.map((row) => row.ap50);
  const mean = ap50.reduce((sum, value) => sum + value, 0) / ap50.length;
  const range = `${Math.min(...ap50).toFixed(3)} to ${Math.max(...ap50).toFixed(3)}`;
  console.log(`${size} images: AP50 ${mean.toFixed(3)} (${range})`);
}

async function stills(coco: string, label: string): Promise<DetectorExample[]> {
  const { stills } = await readHand([coco], []);
  return stills.map(({ name, path, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map(({ box }) => ({ box, label, weight: 1 })),
  }));
}

interface Row extends DetectionScores {
  readonly alarms: number;
}

async function score(files: ModelFiles, examples: readonly DetectorExample[]): Promise<Row> {
  const detector = await Detector.load(files);
  try {
    const scores = await evaluate(detector, examples);
    let alarms = 0;
    for (const { jpeg, name } of examples.filter(({ boxes }) => boxes.length === 0)) {
      const raster = await decodeImage(await jpeg(), name);
      const shown = await letterbox(raster, [0, 0, raster.width, raster.height], detector.reading.side);
      const [found] = await detector.detect([shown.raster], 0.5);
      if (found!.length > 0) alarms += 1;
    }
    return { ...scores, alarms };
  } finally {
    detector.dispose();
  }
}

function print(name: string, images: number, seed: string, row: Row, seconds: number): void {
  const columns = [
    name.padEnd(9),
    `${images}`.padStart(6),
    seed.padStart(4),
    row.ap50.toFixed(3).padStart(6),
    row.ap50_95.toFixed(3).padStart(8),
    row.meanIoU.toFixed(3).padStart(9),
    `${row.alarms}`.padStart(7),
    seconds.toFixed(0).padStart(8),
  ];
  console.log(columns.join(' '));
}

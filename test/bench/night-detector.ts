/**
 * How well a detector of a few stills by day finds animals at night: trains `pre` on `deer/hand25` and scores on
 * `deer/pool` by day, grey, dark and as in infrared, on the pool's real infrared pictures, and on `small-cat-ir`.
 *
 *   node test/bench/night-detector.ts [--backend auto] [--seeds 1,2,3] [--looks day,grey,dark,infrared]
 *        [--every 1] [--no-verifier] [--clip-frame WEIGHT]
 *
 * `--every N`: every Nth picture of the pool; of the real infrared ones always all. `--clip-frame`: the clip's first
 * frame is trained on, drawn so many times as often as another picture.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { mean } from 'simple-statistics';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { evaluate } from '../../pipeline/domain/models/detector/evaluate.ts';
import { type Box, iou, shiftInside } from '../../pipeline/domain/vision/box.ts';
import { decodeImage, letterbox, type Raster } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { DetectorExample } from '../../stages/trainer/detector/example.ts';
import { trainDetector } from '../../stages/trainer/detector/train.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { asSeen, type Look, looks } from './night-pictures.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    backend: { type: 'string', default: 'auto' },
    seeds: { type: 'string', default: '1,2,3' },
    'clip-frame': { type: 'string' },
    looks: { type: 'string', default: looks.join(',') },
    every: { type: 'string', default: '1' },
    verifier: { type: 'boolean', default: true },
  },
});
const [hand, pool] = ['hand25', 'pool'].map((set) => dataPath(`deer/${set}/coco.json`));
const weights = dataPath('weights/yolox_nano.onnx');
const clip = dataPath('clips/small-cat-ir.mp4');
if (!hand || !pool || !weights || !clip) {
  console.error(noData);
  process.exit(2);
}

/** Drawn for this bench on what can be seen, +-4 px; frame 0 is the clip's own hand-drawn box. */
const catTruth: readonly (readonly [frame: number, box: Box])[] = [
  [60, [221, 56, 54, 90]],
  [120, [227, 59, 47, 84]],
  [180, [220, 58, 54, 85]],
  [200, [218, 60, 56, 84]],
  [206, [199, 73, 78, 70]],
  [212, [177, 79, 92, 52]],
  [218, [150, 79, 96, 43]],
  [224, [116, 81, 103, 49]],
  [230, [68, 87, 106, 52]],
];
const firstCat: Box = [214, 58, 60, 85];
const region = 416;

/** Pictures as seen, made once. */
const made = new Map<string, Promise<Uint8Array>>();

const backend = await openBackend(values.backend as BackendPreference); // openBackend refuses other words
console.log(`${backend.name} (${backend.version}); AP50, and AP50:95 in brackets`);
const trainedOn = await stills(hand);
const all = await stills(pool);
const scoredOn = all.filter((_, i) => i % Number(values.every) === 0);
const cat = await catFrames();
const asked = values.looks.split(',') as Look[]; // asSeen takes no other
console.log(`seed ${asked.map((look) => look.padEnd(14)).join('')}infrared, real   cat: IoU found score   s`);
const rows: number[][] = [];
for (const seed of values.seeds.split(',').map(Number)) rows.push(await row(seed));
const means = rows[0]!.map((_, i) => mean(rows.map((numbers) => numbers[i]!))); // a number a column
console.log(`mean: ${means.map((value) => value.toFixed(3)).join(' ')}`);

async function row(seed: number): Promise<number[]> {
  const examples = [...trainedOn];
  if (values['clip-frame'] !== undefined) {
    const jpeg = cat.get(0)!.jpeg;
    const draw = Number(values['clip-frame']);
    examples.push({
      name: 'cat',
      jpeg: async () => jpeg,
      boxes: [{ box: firstCat, label: 'deer', weight: 1 }],
      draw,
    });
  }
  const began = process.cpuUsage();
  const { files } = await trainDetector({
    examples,
    heldOut: [],
    classes: ['deer'],
    start: { kind: 'yolox-onnx', path: weights! },
    recipe: 'pre',
    imageNet: values.verifier ? dataPath('weights/mobilenet_v2_1.0_224_no_top.h5') : undefined,
    seed,
  });
  const { user, system } = process.cpuUsage(began);
  const detector = await Detector.load(files);
  const numbers: number[] = [];
  const columns = [`${seed}`.padStart(4)];
  for (const look of asked) {
    const { ap50, ap50_95 } = await evaluate(detector, scoredOn.map(seenAs(look)));
    columns.push(`${ap50.toFixed(3)} (${ap50_95.toFixed(3)})`.padEnd(13));
    numbers.push(ap50);
  }
  const infrared = await realInfrared(all);
  const { ap50, ap50_95 } = await evaluate(detector, infrared);
  columns.push(`${ap50.toFixed(3)} (${ap50_95.toFixed(3)}) of ${infrared.length}`.padEnd(20));
  const found = await catScores(detector);
  columns.push(found.map((value) => value.toFixed(3)).join(' '), ((user + system) / 1e6).toFixed(0));
  console.log(columns.join(' '));
  detector.dispose();
  return [...numbers, ap50, ...found];
}

function seenAs(look: Look) {
  return (example: DetectorExample): DetectorExample => ({
    ...example,
    jpeg: async () => {
      const key = `${look} ${example.name}`;
      const picture = made.get(key) ?? asSeen(await example.jpeg(), look, seedOf(example.name));
      made.set(key, picture);
      return picture;
    },
  });
}

/** The number in its name. */
function seedOf(name: string): number {
  return Number.parseInt(name.replace(/\D/g, ''), 10);
}

/** Mean IoU of the best box (0 where none scores 0.25), the share found at IoU 0.5, and the mean score of these. */
async function catScores(detector: Detector): Promise<number[]> {
  const ious: number[] = [];
  const scores: number[] = [];
  for (const [frame, truth] of catTruth) {
    const { raster } = cat.get(frame)!;
    const [x, y, w, h] = truth;
    const square: Box = [x + w / 2 - region / 2, y + h / 2 - region / 2, region, region];
    const shown = await letterbox(raster, shiftInside(square, raster), detector.reading.side);
    const [found = []] = await detector.detect([shown.raster], 0.05);
    const best = found[0];
    if (!best) {
      ious.push(0);
      scores.push(0);
      continue;
    }
    const { scale, region: cut } = shown;
    const [bx, by, bw, bh] = best.box;
    const box: Box = [bx / scale + cut[0], by / scale + cut[1], bw / scale, bh / scale];
    ious.push(best.score < 0.25 ? 0 : iou(box, truth));
    scores.push(best.score);
  }
  return [mean(ious), ious.filter((value) => value >= 0.5).length / ious.length, mean(scores)];
}

async function catFrames(): Promise<Map<number, { raster: Raster; jpeg: Uint8Array }>> {
  const wanted = new Set([0, ...catTruth.map(([frame]) => frame)]);
  const frames = new Map<number, { raster: Raster; jpeg: Uint8Array }>();
  for await (const frame of decodeClip(clip!)) {
    if (!wanted.has(frame.index)) continue;
    const jpeg = await frame.jpeg(90);
    frames.set(frame.index, { jpeg, raster: await decodeImage(jpeg, 'frame') });
  }
  return frames;
}

async function stills(coco: string): Promise<DetectorExample[]> {
  const { stills } = await readHand([coco], []);
  return stills.map(({ name, path, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map(({ box }) => ({ box, label: 'deer', weight: 1 })),
  }));
}

/** Pictures without colour. */
async function realInfrared(examples: readonly DetectorExample[]): Promise<DetectorExample[]> {
  const grey = [];
  for (const example of examples) {
    const { data } = await decodeImage(await example.jpeg(), example.name);
    let chroma = 0;
    for (let at = 0; at < data.length; at += 3) {
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
      chroma += Math.max(r, g, b) - Math.min(r, g, b);
    }
    if (chroma / (data.length / 3) < 8) grey.push(example);
  }
  return grey;
}

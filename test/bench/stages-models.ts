/** Stages with a model, each alone: what a backend makes of the detector, the trainer and the explainer. */
import type { Backend } from '../../pipeline/domain/models/backend/backend.ts';
import { buildClassifierNetwork } from '../../pipeline/domain/models/classifier/network.ts';
import type { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { Verifier, verifierSide } from '../../pipeline/domain/models/detector/verifier.ts';
import { filesOfModel } from '../../pipeline/domain/models/files.ts';
import { decodeImage, encodeJpeg, letterbox, type Raster } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import { BATCH } from '../../stages/detector/stage.ts';
import { answer } from '../../stages/explainer/answer.ts';
import { explainDetector } from '../../stages/explainer/detector/explain.ts';
import { FastRun } from '../../stages/explainer/detector/fast-run.ts';
import { searchRegion } from '../../stages/tracker/region.ts';
import type { DetectorExample, DetectorStart } from '../../stages/trainer/detector/example.ts';
import { trainDetector } from '../../stages/trainer/detector/train.ts';
import { dataPath } from '../fixtures/shared-data.ts';
import { rates } from './stages.ts';
import type { Row } from './table.ts';

const seconds = 1.5;
const pictures = 16;
const trainingSteps = 4;
const regions = { regionSide: 416, regionScale: 1.5 };

/** @param anchor the first box on the clip's first frame */
export async function measureModelStages(
  detector: Detector,
  backend: Backend,
  path: string,
  anchor: Anchor,
  times: number,
): Promise<Row[]> {
  const frames = await firstFrames(path);
  const { side } = detector.card;
  const crops = await Promise.all(
    frames.map(
      async (frame) => (await letterbox(frame, searchRegion(anchor.box, frame, regions), side)).raster,
    ),
  );
  const sizes = [...new Set([1, BATCH[backend.name]])];
  const rows: Row[] = [];
  for (const size of sizes) {
    await detector.detect(crops.slice(0, size));
    const values = await rates(times, () => detectFor(detector, crops, size));
    rows.push({ name: `detector, ${size} at once`, unit: 'crops/s', values });
  }
  rows.push({
    name: "detector's verifier, 1 at once",
    unit: 'boxes/s',
    values: await verifierRates(crops[0]!, times),
  });
  const map = () =>
    explainDetector(detector, frames[0]!, { box: anchor.box, region: null, method: 'gradcam' });
  const isThere = await map().then(
    () => true,
    () => false, // random weights find nothing to explain
  );
  if (isThere) {
    const perSecond = await rates(times, async () => {
      for (let i = 0; i < 3; i++) await map();
      return 3;
    });
    rows.push({ name: 'explainer, Grad-CAM', unit: 'ms/map', values: perSecond.map((rate) => 1000 / rate) });
    rows.push({
      name: 'explainer, whole answer',
      unit: 'processor ms/picture',
      values: await answerTimes(detector, frames, anchor, times),
      note: 'JPEG in; figure, overlay and JSON out',
    });
  }
  rows.push({
    name: 'trainer, neck and head',
    unit: 'pictures/s',
    values: await trainingRates(frames, anchor, times),
    note: 'forward, backward and update',
  });
  return rows;
}

/** Of this process, whatever else the machine does. The first answer, which loads the fonts, is not counted. */
async function answerTimes(
  detector: Detector,
  frames: readonly Raster[],
  { box }: Anchor,
  times: number,
): Promise<number[]> {
  const jpeg = await encodeJpeg(frames[0]!, 90);
  const question = { box, region: null, method: 'gradcam', truth: null } as const;
  const fast = await FastRun.open(detector);
  const explainable = { kind: 'detector', model: detector, fast } as const;
  const whole = async () => {
    const picture = await decodeImage(jpeg, 'frame 0');
    const answered = await answer(explainable, picture, question, async () => null);
    await answered.files('jet');
  };
  await whole();
  const each = 5;
  const values: number[] = [];
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage();
    for (let j = 0; j < each; j++) await whole();
    const { user, system } = process.cpuUsage(before);
    values.push((user + system) / 1000 / each);
  }
  fast?.dispose();
  return values;
}

async function firstFrames(path: string): Promise<Raster[]> {
  const frames: Raster[] = [];
  for await (const frame of decodeClip(path)) {
    frames.push(await frame.raster());
    if (frames.length === pictures) break;
  }
  return frames;
}

async function detectFor(detector: Detector, crops: readonly Raster[], size: number): Promise<number> {
  const end = performance.now() + 1000 * seconds;
  let count = 0;
  for (let at = 0; performance.now() < end; at += size) {
    const batch = Array.from({ length: size }, (_, i) => crops[(at + i) % crops.length]!);
    count += (await detector.detect(batch)).length;
  }
  return count;
}

/** Its weights do not matter to the time, so they are random. */
async function verifierRates(picture: Raster, times: number): Promise<number[]> {
  const model = buildClassifierNetwork({ alpha: 1, side: verifierSide, classes: 1, seed: 1 });
  const verifier = await Verifier.load(await filesOfModel(model, 'verifier'), ['animal']);
  model.dispose();
  const found = [[{ box: [90, 120, 200, 160], score: 0.9, label: 'animal' } as const]];
  const boxes = 10;
  const verify = async () => {
    for (let i = 0; i < boxes; i++) await verifier.rescore([picture], found, 0);
    return boxes;
  };
  await verify();
  try {
    return await rates(times, verify);
  } finally {
    verifier.dispose();
  }
}

/** The first steps, which compile and unpack, are not counted. */
async function trainingRates(frames: readonly Raster[], { box }: Anchor, times: number): Promise<number[]> {
  const examples = await Promise.all(
    frames.map(async (frame, i): Promise<DetectorExample> => {
      const jpeg = await encodeJpeg(frame, 90);
      return { name: `${i}`, jpeg: async () => jpeg, boxes: [{ box, label: 'animal', weight: 1 }] };
    }),
  );
  const weights = dataPath('weights/yolox_nano.onnx');
  const start: DetectorStart = weights ? { kind: 'yolox-onnx', path: weights } : { kind: 'random' };
  const batch = 8;
  const ends: number[] = [];
  await trainDetector({
    examples,
    heldOut: [],
    classes: ['animal'],
    start,
    recipe: 'pre',
    changes: {
      batch,
      evaluateEvery: trainingSteps,
      phases: [{ part: weights ? 'neck' : 'all', steps: trainingSteps * (times + 1), rate: 1e-4 }],
    },
    seed: 1,
    network: 'yolox-nano',
    onProgress: () => void ends.push(performance.now()),
  });
  return ends.slice(1).map((end, i) => (1000 * batch * trainingSteps) / (end - ends[i]!));
}

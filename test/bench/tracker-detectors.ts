/** The detectors that the tracker is measured with: as weak as they are after the note's pre-training. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSite } from '../../pipeline/app/demo/site.ts';
import { takeStills } from '../../pipeline/app/demo/stills.ts';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { pretrainedDetector } from '../../pipeline/domain/models/detector/pretrained.ts';
import { type ModelFiles, readModelFolder, writeModelFolder } from '../../pipeline/domain/models/files.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { DetectorExample } from '../../stages/trainer/detector/example.ts';
import { trainDetector } from '../../stages/trainer/detector/train.ts';
import { dataPath } from '../fixtures/shared-data.ts';
import { clipFile, truthOf } from './clip-truth.ts';

/**
 * `deer`: 25 stills of other places; `site`: the demo's 24 rendered stills, 4 in infrared, from a camera like that of
 * the scenes; `flies`: six frames of their clip; `coco`: YOLOX-nano as it comes.
 */
export type DetectorKind = 'deer' | 'site' | 'flies' | 'coco';

/** Frames of the flies that are drawn, and are not scored. */
export const drawnFlies: readonly number[] = [125, 375, 625, 875, 1125, 1375];

/**
 * @param folder where trained ones are kept
 * @throws TypeError where our data is missing
 */
export async function benchDetector(kind: DetectorKind, folder: string): Promise<ModelFiles> {
  const weights = dataPath('weights/yolox_nano.onnx');
  if (!weights) throw new TypeError('yolox_nano.onnx is missing');
  if (kind === 'coco') return pretrainedDetector(weights);
  const dir = join(folder, kind);
  if (existsSync(dir)) return readModelFolder(dir);
  const { files } = await trainDetector({
    examples: await examplesOf[kind](),
    heldOut: [],
    classes: [kind === 'flies' ? 'fly' : 'deer'],
    start: { kind: 'yolox-onnx', path: weights },
    recipe: 'pre',
    imageNet: dataPath('weights/mobilenet_v2_1.0_224_no_top.h5'),
    seed: 1,
  });
  await writeModelFolder(dir, files);
  return files;
}

const examplesOf = { deer: deerStills, site: siteStills, flies: flyFrames };

async function siteStills(): Promise<DetectorExample[]> {
  const examples: DetectorExample[] = [];
  const set = { stills: 24, infrared: 4, blank: 0 };
  for await (const { jpeg, boxes } of takeStills(await buildSite(1), 32, set)) {
    examples.push({
      name: `still ${examples.length + 1}`,
      jpeg: async () => jpeg,
      boxes: boxes.map((box) => ({ box, label: 'deer', weight: 1 })),
    });
  }
  return examples;
}

async function deerStills(): Promise<DetectorExample[]> {
  const { stills } = await readHand([dataPath('deer/hand25/coco.json') ?? ''], []);
  return stills.map(({ name, path, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map(({ box }) => ({ box, label: 'deer', weight: 1 })),
  }));
}

async function flyFrames(): Promise<DetectorExample[]> {
  const truth = await truthOf('flies');
  const examples: DetectorExample[] = [];
  for await (const frame of decodeClip(clipFile('flies', '.mp4') ?? '')) {
    if (!drawnFlies.includes(frame.index)) continue;
    const jpeg = await frame.jpeg(95);
    const boxes = truth.flatMap(({ frame: at, box }) =>
      at === frame.index && box ? [{ box, label: 'fly', weight: 1 }] : [],
    );
    examples.push({ name: `flies#${frame.index}`, jpeg: async () => jpeg, boxes });
  }
  return examples;
}

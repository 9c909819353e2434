/** What the bench works on: a clip with its first box, a short one to warm up with, and a detector. */
import { join } from 'node:path';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { pretrainedDetector } from '../../pipeline/domain/models/detector/pretrained.ts';
import { writeModelFolder } from '../../pipeline/domain/models/files.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import { encodeClip } from '../../pipeline/domain/vision/video-encode.ts';
import { anchorsOfClip } from '../../pipeline/ingest/folders/anchors.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import { dataPath } from '../fixtures/shared-data.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';

export interface BenchClip {
  readonly path: string;
  readonly anchors: readonly Anchor[];
}

export interface BenchInput {
  readonly clip: BenchClip;
  /** The clip's first frames. */
  readonly warmUp: BenchClip;
  /** Folder of the detector. */
  readonly model: string;
  /** What the detector is. */
  readonly network: string;
  /** Whether it finds animals: random weights do not, and then there is nothing to explain. */
  readonly finds: boolean;
  /** The tracker's settings that are not the defaults, as environment variables. */
  readonly settings: Readonly<Record<string, string>>;
}

const warmUpFrames = 48;

/**
 * Writes what is missing into `dir`; `openBackend` comes first.
 *
 * @param frames of the clip, from its beginning; 0: all
 */
export async function prepareInput(dir: string, frames: number): Promise<BenchInput> {
  const { path, first } = await findClip(dir);
  const drawn = await readHand([first], [path]);
  const anchors = anchorsOfClip(path, drawn.anchors);
  const clip = frames === 0 ? path : await beginning(path, frames, join(dir, 'clip.mp4'));
  const warmUp = await beginning(path, warmUpFrames, join(dir, 'warm-up.mp4'));
  const weights = dataPath('weights/yolox_nano.onnx');
  const files = weights
    ? await pretrainedDetector(weights)
    : await untrainedDetector({ network: 'yolox-nano', side: 416, classes: ['animal'] });
  const model = join(dir, 'model');
  await writeModelFolder(model, files);
  return {
    clip: { path: clip, anchors: anchors.filter(({ frame }) => frames === 0 || frame < frames) },
    warmUp: { path: warmUp, anchors: anchors.filter(({ frame }) => frame < warmUpFrames) },
    model,
    network: weights ? 'yolox-nano' : 'yolox-nano with random weights',
    finds: weights !== undefined,
    // A detector that finds nothing is asked all the same.
    settings: weights ? {} : { SHIKA_TRACKER_LOST_AFTER: '1000000', SHIKA_TRACKER_LEFT_AFTER: '1000000' },
  };
}

async function findClip(dir: string): Promise<{ path: string; first: string }> {
  const path = dataPath('clips/deer-daylight.mp4');
  const first = dataPath('clips/deer-daylight.first.csv');
  if (path && first) return { path, first };
  const { writeDemo } = await import('../../pipeline/app/demo/demo.ts');
  const demo = await writeDemo(join(dir, 'demo'));
  return { path: demo.clip, first: demo.first };
}

async function beginning(path: string, frames: number, to: string): Promise<string> {
  await encodeClip(to, firstFrames(path, frames), { fps: 25 });
  return to;
}

async function* firstFrames(path: string, frames: number): AsyncGenerator<Raster> {
  for await (const frame of decodeClip(path)) {
    if (frame.index === frames) return;
    yield await frame.raster();
  }
}

/** Stages without a model, each alone in this process: what decoding, the tracker's loop and the filter can do. */
import { decisionRuns } from '../../pipeline/domain/labels/decision-runs.ts';
import { reviewed } from '../../pipeline/domain/labels/review.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import type { Raster } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { LabelReviewed } from '../../schemas/label-reviewed.ts';
import type { Track } from '../../schemas/track.ts';
import { datasetItems } from '../../stages/filter/dataset.ts';
import type { Grey } from '../../stages/tracker/difference.ts';
import type { TrackerOptions } from '../../stages/tracker/options.ts';
import { Tracking } from '../../stages/tracker/tracking.ts';
import type { ClipView, FrameFacts } from '../../stages/tracker/view.ts';
import type { Row } from './table.ts';

/** As the decoder has them by default. */
const jpegQuality = 90;
const maxFrameBytes = 300 * 1024;

/** Runs `work` and gives how many of what it returns were done a second. */
export async function rates(times: number, work: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    const count = await work();
    values.push((1000 * count) / (performance.now() - started));
  }
  return values;
}

export async function measureStages(path: string, options: TrackerOptions, times: number): Promise<Row[]> {
  await decode(path, false); // the first run pays for compiling
  const found = (index: number) => index % 400 !== 0;
  const missed = (index: number) => index % 4 === 0;
  return [
    {
      name: 'decoder, pictures only',
      unit: 'frames/s',
      values: await rates(times, () => decode(path, false)),
    },
    { name: 'decoder, to JPEG', unit: 'frames/s', values: await rates(times, () => decode(path, true)) },
    {
      name: 'tracker, all found',
      unit: 'frames/s',
      values: await rates(times, () => track(20_000, found, options)),
    },
    {
      name: 'tracker, three in four missed',
      unit: 'frames/s',
      values: await rates(times, () => track(2_000, missed, options)),
      note: 'the difference of 416 x 416 px, frames decoded already',
    },
    {
      name: 'filter',
      unit: 'labels/s',
      values: await rates(times, () => filter(10_000)),
      note: 'risk, fold of the log, dataset',
    },
  ];
}

async function decode(path: string, toJpeg: boolean): Promise<number> {
  let count = 0;
  for await (const frame of decodeClip(path)) {
    if (toJpeg) await frame.jpeg(jpegQuality, maxFrameBytes);
    count += 1;
  }
  return count;
}

const width = 1280;
const height = 720;

/** An animal that walks to and fro. */
function boxAt(index: number): Box {
  const way = (index * 2) % 1600;
  return [100 + (way < 800 ? way : 1600 - way), 300, 160, 120];
}

async function track(
  frames: number,
  isFound: (index: number) => boolean,
  options: TrackerOptions,
): Promise<number> {
  const anchors = [
    { frame: 0, track: 1, box: [...boxAt(0)] as [number, number, number, number], label: 'deer' },
  ];
  const plain: TrackerOptions = { ...options, method: 'note', lostAfter: 1_000_000, leftAfter: 1_000_000 };
  const loop = new Tracking({
    view: new WalkingAnimal(frames, isFound),
    anchors,
    options: plain,
    follower: null,
  });
  let labels = 0;
  for await (const step of loop.steps()) labels += step.labels.length;
  if (labels !== frames) throw new Error(`the loop gave ${labels} labels for ${frames} frames`);
  return frames;
}

/** A clip whose answers are there at once. */
class WalkingAnimal implements ClipView {
  readonly #frames: number;
  readonly #isFound: (index: number) => boolean;
  readonly #pictures = new Map<number, Grey>();

  constructor(frames: number, isFound: (index: number) => boolean) {
    this.#frames = frames;
    this.#isFound = isFound;
  }

  async frame(index: number): Promise<FrameFacts | null> {
    return this.arrived(index) ?? null;
  }

  arrived(index: number): FrameFacts | undefined {
    return index < this.#frames ? { index, pts: index / 25, width, height } : undefined;
  }

  look(): void {}

  async answer(index: number): ReturnType<ClipView['answer']> {
    const found = { box: [...boxAt(index)] as [number, number, number, number], score: 0.8, label: 'deer' };
    return { found: [this.#isFound(index) ? [found] : []], model: null };
  }

  raster(): Promise<Raster> {
    throw new TypeError('the plain loop asks for no whole picture');
  }

  /** Noise in which a stripe of the region is brighter, elsewhere in odd frames than in even ones. */
  async grey(index: number, [, , w, h]: Box): Promise<Grey> {
    let picture = this.#pictures.get(index % 2);
    if (picture?.width !== w || picture.height !== h) {
      const stripe = Math.round(w / 3) + 8 * (index % 2);
      const data = Uint8Array.from(
        { length: w * h },
        (_, i) => ((i * 7919) % 13) + (i % w < stripe ? 90 : 40),
      );
      picture = { data, width: w, height: h };
      this.#pictures.set(index % 2, picture);
    }
    return picture;
  }
}

async function filter(count: number): Promise<number> {
  const clip = '0123456789abcdef';
  const tracks = Array.from({ length: count }, (_, index): Track => {
    const found = index % 5 !== 0;
    return {
      clip,
      camera: 'bench',
      track: 1 + (index % 4),
      index: index >> 2,
      pts: index / 100,
      box: [...boxAt(index >> 2)] as Track['box'], // a box is four numbers
      label: 'deer',
      cause: found ? 'detected' : 'held',
      score: found ? 0.8 : null,
      model: null,
      region: null,
    };
  });
  const pending = reviewed(tracks, []);
  const runs = decisionRuns(pending, ({ risk }) => (risk < 0.6 ? 'accepted' : 'rejected'));
  const decisions = runs.map(
    (run): LabelReviewed => ({ ...run, by: 'auto', at: '2026-01-01T00:00:00.000Z' }),
  );
  datasetItems({ file: 'bench.mp4', width, height, labels: reviewed(tracks, decisions) }, 0.2);
  return count;
}

/**
 * What "follow from here" makes of a clip's labels, without a bus: a person corrects the first box of the longest stretch
 * in which an animal's track is wrong, and has it followed from there; and draws an animal in the middle of its stay, as
 * if it had been missed, and has it followed both ways.
 *
 *   node test/bench/follow-anew.ts [--clips day,night,three] [--seeds 11,12] [--scratch DIR] [--backend native]
 *
 * Clips, `--scratch` and detectors are those of tracker-quality.ts; what is measured is in follow-anew.md.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { openFollower } from '../../pipeline/domain/models/nanotrack/follower.ts';
import type { TruthBox } from '../../pipeline/domain/scores/labels.ts';
import { type Box, iou } from '../../pipeline/domain/vision/box.ts';
import { loadConfig } from '../../pipeline/runtime/config/config.ts';
import { followAnimal, type TrackingWays } from '../../stages/tracker/follow/follow.ts';
import { TrackerOptions } from '../../stages/tracker/options.ts';
import { Tracking } from '../../stages/tracker/tracking.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { ClipInMemory, Oracle, type StoredClip, storeClip } from './clip-in-memory.ts';
import { type BenchClip, clipGroup } from './tracker-clips.ts';
import { benchDetector, type DetectorKind } from './tracker-detectors.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: 'deer-daylight,day,night,three' },
    seeds: { type: 'string', default: '11,12' },
    scratch: { type: 'string', default: join(tmpdir(), 'shika-tracker-quality') },
    backend: { type: 'string', default: 'auto' },
  },
});
if (!dataPath('weights/yolox_nano.onnx')) {
  console.error(noData);
  process.exit(2);
}
await openBackend(values.backend as BackendPreference); // openBackend refuses other words
const { tracker: options } = loadConfig({ tracker: TrackerOptions }, { env: process.env });
const ways: TrackingWays = { options, follower: (await openFollower()).follower };
const oracles = new Map<DetectorKind, Oracle>();

/** An animal's or a track's boxes by frame. */
type Boxes = ReadonlyMap<number, Box>;
/** A label is right from this IoU with the truth on. */
const RIGHT = 0.5;
/** Frames in a row without a right label that a person corrects. */
const WORTH_CORRECTING = 5;

console.log('clip, animal: what; from frame; mean IoU, share right, labels where it is not: before -> after');
for (const name of values.clips.split(',')) {
  const seeds = values.seeds.split(',').map(Number);
  const group = await clipGroup(name, seeds, join(values.scratch, 'clips'));
  const oracle = await oracleOf(group.detector);
  for (const clip of group.clips) await measure(clip, await storeClip(clip.path), oracle);
  await oracle.keep();
}

async function measure(clip: BenchClip, stored: StoredClip, oracle: Oracle): Promise<void> {
  const tracks = await tracked(clip, stored, oracle);
  const animals = boxesBy(clip.truth, ({ track = 1 }) => String(track));
  const last = stored.frames.length - 1;
  const follow = async (index: number, box: Box, to: number, track = 900): Promise<Boxes> => {
    const request = { way: { from: index, to }, track, label: 'deer', box };
    const made = await followAnimal(new ClipInMemory(stored, oracle), request, ways);
    return new Map(made.map((label) => [label.index, label.box]));
  };
  for (const [animal, truth] of animals) {
    const own = trackOf(truth, tracks);
    const at = own ? firstWrong(truth, own) : null;
    const box = at === null ? undefined : truth.get(at);
    if (own && box && at !== null) {
      const after = await follow(at, box, last);
      report(
        clip.name,
        animal,
        'corrected',
        at,
        truth,
        from(own, at),
        from(after, at),
        (frame) => frame >= at,
      );
    }
    const middle = [...truth.keys()][Math.floor(truth.size / 2)];
    const drawn = middle === undefined ? undefined : truth.get(middle);
    if (middle === undefined || !drawn) continue;
    const both = new Map([...(await follow(middle, drawn, 0)), ...(await follow(middle, drawn, last))]);
    report(clip.name, animal, 'missed', middle, truth, new Map(), both, () => true);
  }
}

async function tracked(
  { anchors }: BenchClip,
  stored: StoredClip,
  oracle: Oracle,
): Promise<ReadonlyMap<string, Boxes>> {
  const view = new ClipInMemory(stored, oracle);
  const labels: { frame: number; track: number; box: Box }[] = [];
  for await (const { frame, labels: decided } of new Tracking({ view, anchors, ...ways }).steps())
    labels.push(...decided.map(({ track, box }) => ({ frame: frame.index, track, box })));
  return boxesBy(labels, ({ track }) => String(track));
}

function boxesBy<T extends Pick<TruthBox, 'frame' | 'box'>>(
  all: readonly T[],
  keyOf: (entry: T) => string,
): ReadonlyMap<string, Boxes> {
  const grouped = Map.groupBy(
    all.filter(({ box }) => box),
    keyOf,
  );
  return new Map(
    [...grouped].map(([key, own]) => [
      key,
      new Map(own.flatMap(({ frame, box }) => (box ? [[frame, box]] : []))),
    ]),
  );
}

/** The track that is right on most of the animal's frames; undefined where none ever is. */
function trackOf(truth: Boxes, tracks: ReadonlyMap<string, Boxes>): Boxes | undefined {
  const rights = [...tracks.values()].map((own) => ({ own, right: rightOf(truth, own).length }));
  return rights.filter(({ right }) => right > 0).toSorted((a, b) => b.right - a.right)[0]?.own;
}

function rightOf(truth: Boxes, own: Boxes): number[] {
  return [...truth].flatMap(([frame, box]) => (overlap(own.get(frame), box) >= RIGHT ? [frame] : []));
}

function overlap(label: Box | undefined, truth: Box): number {
  return label ? iou(label, truth) : 0;
}

/** The first frame of the longest stretch of the animal's frames in which its track is wrong or not there. */
function firstWrong(truth: Boxes, own: Boxes): number | null {
  const right = new Set(rightOf(truth, own));
  let best: { readonly at: number; readonly length: number } | null = null;
  let stretch: number[] = [];
  for (const frame of [...truth.keys(), Number.POSITIVE_INFINITY]) {
    if (Number.isFinite(frame) && !right.has(frame)) {
      stretch.push(frame);
      continue;
    }
    const [at] = stretch;
    if (at !== undefined && stretch.length > (best?.length ?? WORTH_CORRECTING - 1))
      best = { at, length: stretch.length };
    stretch = [];
  }
  return best?.at ?? null;
}

function from(boxes: Boxes, at: number): Boxes {
  return new Map([...boxes].filter(([frame]) => frame >= at));
}

function report(
  clip: string,
  animal: string,
  what: string,
  at: number,
  truth: Boxes,
  before: Boxes,
  after: Boxes,
  counts: (frame: number) => boolean,
): void {
  const frames = [...truth].filter(([frame]) => counts(frame));
  const line = (labels: Boxes) => {
    const shares = frames.map(([frame, box]) => overlap(labels.get(frame), box));
    const mean = shares.reduce((sum, share) => sum + share, 0) / frames.length;
    const right = shares.filter((share) => share >= RIGHT).length / frames.length;
    // A truth of ten frames says nothing of the others.
    const extra = frames.length < 20 ? '-' : [...labels.keys()].filter((frame) => !truth.has(frame)).length;
    return `${mean.toFixed(3)} ${(100 * right).toFixed(0)} % ${extra}`;
  };
  console.log(
    `${clip}, ${animal}: ${what}; ${at} of ${frames.length} frames; ${line(before)} -> ${line(after)}`,
  );
}

async function oracleOf(kind: DetectorKind): Promise<Oracle> {
  let oracle = oracles.get(kind);
  if (!oracle) {
    const files = await benchDetector(kind, join(values.scratch, 'models'));
    oracle = new Oracle(await Detector.load(files), join(values.scratch, 'answers'));
    oracles.set(kind, oracle);
  }
  return oracle;
}

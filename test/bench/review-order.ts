/**
 * Whether risk earns its place: how many of the wrong labels come first, and what a person's review costs.
 *
 *   node test/bench/review-order.ts [--clips deer-daylight,day,night,three,stone,pan] [--seeds 11,12,13]
 *        [--scratch DIR] [--model DIR] [--backend native]
 *
 * The tracker labels each clip from one box; then its labels are put in the order of risk, of score alone (what was not
 * detected has none and comes first), and by chance. A label is wrong whose box overlaps no true one by half. The person
 * is a script (`scripted-reviewer.ts`). `--scratch` is that of `tracker-quality.ts`. Measured: review-order.md.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reviewed } from '../../pipeline/domain/labels/review.ts';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { openFollower } from '../../pipeline/domain/models/nanotrack/follower.ts';
import { iou } from '../../pipeline/domain/vision/box.ts';
import { loadConfig } from '../../pipeline/runtime/config/config.ts';
import type { Track } from '../../schemas/track.ts';
import { FilterOptions } from '../../stages/filter/options.ts';
import { TrackerOptions } from '../../stages/tracker/options.ts';
import { Tracking } from '../../stages/tracker/tracking.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { ClipInMemory, Oracle, storeClip } from './clip-in-memory.ts';
import { withoutHidden } from './rendered-clips.ts';
import { type JudgedLabel, type JudgedTrack, review } from './scripted-reviewer.ts';
import { type BenchClip, clipGroup } from './tracker-clips.ts';
import { benchDetector, type DetectorKind } from './tracker-detectors.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: 'deer-daylight,day,night,three,stone,pan' },
    seeds: { type: 'string', default: '11,12,13' },
    scratch: { type: 'string', default: join(tmpdir(), 'shika-tracker-quality') },
    model: { type: 'string' },
    backend: { type: 'string', default: 'auto' },
  },
});
if (!dataPath('weights/yolox_nano.onnx')) {
  console.error(noData);
  process.exit(2);
}
/** Overlap from which a label is right. */
const RIGHT = 0.5;
const { acceptBelow } = loadConfig({ filter: FilterOptions }, { env: {} }).filter;
const { tracker } = loadConfig({ tracker: TrackerOptions }, { env: {} });
const seeds = values.seeds.split(',').map(Number);
await openBackend(values.backend as BackendPreference); // openBackend refuses other words
const oracles = new Map<DetectorKind, Oracle>();

const heads = ['clip', 'labels', 'wrong', 'risk 10 %', '20 %', 'score 10 %', '20 %'];
const costs = ['s/good label', 'wrong left', 'looked at', 'by itself: wrong', 'lost'];
console.log(`| ${[...heads, ...costs].join(' | ')} |\n|${'---|'.repeat(heads.length + costs.length)}`);
const all: JudgedTrack[] = [];
for (const name of values.clips.split(',')) {
  const group = await clipGroup(name, seeds, join(values.scratch, 'clips'));
  const tracks: JudgedTrack[] = [];
  for (const clip of group.clips) tracks.push(...(await judged(clip, await oracleOf(group.detector))));
  console.log(row(group.name, tracks));
  all.push(...tracks);
}
console.log(row('all', all));

/** The tracks of a clip as they are under review, and what is true of their labels. */
async function judged(clip: BenchClip, oracle: Oracle): Promise<JudgedTrack[]> {
  const stored = await storeClip(clip.path);
  const { follower } = await openFollower();
  const view = new ClipInMemory(stored, oracle);
  const tracks: Track[] = [];
  const tracking = new Tracking({ view, anchors: clip.anchors, options: tracker, follower });
  for await (const { frame, labels } of tracking.steps()) {
    for (const { isPart: _, ...label } of labels)
      tracks.push({
        ...label,
        box: [...label.box],
        region: null,
        ...{ clip: stored.id, camera: 'bench' },
        ...{ index: frame.index, pts: frame.pts },
      });
  }
  await oracle.keep();
  await follower?.dispose();
  const truthAt = Map.groupBy(clip.truth, ({ frame }) => frame);
  const [first] = stored.frames;
  const seen = withoutHidden(
    tracks.map(({ index, track, box, cause }) => ({ clip: '', frame: index, track, box, cause })),
    clip.truth,
    clip.hidden,
  );
  const counted = new Set(seen.map(({ track, frame }) => `${track} ${frame}`));
  const labels = reviewed(tracks, [], () => ({ ...(first && { picture: first }) }));
  return [...Map.groupBy(labels, ({ trackId }) => trackId).values()].flatMap((own) => {
    const judgedLabels = own
      .filter(({ track }) => counted.has(`${track.track} ${track.index}`) && truthAt.has(track.index))
      .map(({ track, risk }): JudgedLabel => {
        const there = truthAt.get(track.index) ?? [];
        const isRight = there.some(({ box }) => box && iou(box, track.box) >= RIGHT);
        return { index: track.index, risk, score: track.score, isRight, isHand: track.cause === 'hand' };
      });
    return judgedLabels.length > 0 ? [judgedLabels] : [];
  });
}

function row(name: string, tracks: readonly JudgedTrack[]): string {
  const labels = tracks.flat().filter(({ isHand }) => !isHand);
  const wrong = labels.filter(({ isRight }) => !isRight).length;
  const early = (key: (label: JudgedLabel) => number, share: number) => {
    const first = labels.toSorted((a, b) => key(b) - key(a)).slice(0, Math.round(labels.length * share));
    return wrong === 0 ? '-' : (first.filter(({ isRight }) => !isRight).length / wrong).toFixed(2);
  };
  const risk = ({ risk }: JudgedLabel) => risk;
  const score = ({ score }: JudgedLabel) => 1 - (score ?? 0);
  const { seconds, accepted, wrongAccepted, looked } = review(tracks, acceptBelow);
  const right = accepted - wrongAccepted;
  const alone = labels.filter(({ risk }) => risk < acceptBelow);
  const aloneWrong = alone.filter(({ isRight }) => !isRight).length;
  const lost = labels.length - wrong - (alone.length - aloneWrong);
  const cells = [
    ...[name, labels.length, wrong],
    ...[early(risk, 0.1), early(risk, 0.2), early(score, 0.1), early(score, 0.2)],
    ...[
      right > 0 ? (seconds / right).toFixed(3) : '-',
      percent(wrongAccepted, accepted),
      `${looked} of ${tracks.length}`,
    ],
    ...[percent(aloneWrong, alone.length), lost],
  ];
  return `| ${cells.join(' | ')} |`;
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-';
}

async function oracleOf(kind: DetectorKind): Promise<Oracle> {
  let oracle = oracles.get(kind);
  if (!oracle) {
    const files = values.model
      ? await readModelFolder(values.model)
      : await benchDetector(kind, join(values.scratch, 'models'));
    oracle = new Oracle(await Detector.load(files), join(values.scratch, 'answers'));
    oracles.set(kind, oracle);
  }
  return oracle;
}

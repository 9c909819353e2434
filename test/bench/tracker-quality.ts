/**
 * How good the tracker's labels are, and what lookahead costs and gains: the loop on real clips, without a bus.
 *
 *   node test/bench/tracker-quality.ts [--model DIR] [--clips deer-daylight,flies] [--lookahead 1,8,16]
 *        [--set SHIKA_TRACKER_REGION_SCALE=2]… [--answers DIR] [--labels DIR]
 *
 * `--clips`: of our real inputs, or paths without `.mp4` (truth is beside it: `.truth.csv`). `--model`: a stored detector; YOLOX-nano as trained on COCO where none is given. `--answers`: keeps there what the
 * detector said, for the next run. `--labels`: writes each run's labels there.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { pretrainedDetector } from '../../pipeline/domain/models/detector/pretrained.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { labelScores, type TruthBox } from '../../pipeline/domain/scores/labels.ts';
import { loadConfig } from '../../pipeline/runtime/config/config.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import type { TrackerCheckpoint } from '../../schemas/state.ts';
import { accountedFor, type Cause } from '../../schemas/terms.ts';
import { type Label, TrackLoop } from '../../stages/tracker/loop.ts';
import { TrackerOptions } from '../../stages/tracker/options.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { ClipInMemory, Oracle, type StoredClip, storeClip } from './clip-in-memory.ts';
import { anchorsOf, clipFile, truthOf } from './clip-truth.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    model: { type: 'string' },
    clips: { type: 'string', default: 'deer-daylight,small-cat-ir,flies' },
    lookahead: { type: 'string', default: '1,8,16' },
    set: { type: 'string', multiple: true, default: [] },
    answers: { type: 'string' },
    labels: { type: 'string' },
  },
});
const weights = dataPath('weights/yolox_nano.onnx');
if (!weights) {
  console.error(noData);
  process.exit(2);
}
const backend = await openBackend(values.backend as BackendPreference); // openBackend refuses other words
const detector = await Detector.load(
  values.model === undefined ? await pretrainedDetector(weights) : await readModelFolder(values.model),
);
const oracle = new Oracle(detector, values.answers);
const env = Object.fromEntries(values.set.map((pair) => pair.split('=', 2)));
const { tracker } = loadConfig({ tracker: TrackerOptions }, { env });

console.log(`${detector.card.recipe} ${detector.card.id} on ${backend.name}`);
console.log(
  'A cause: its labels, and in brackets their mean IoU with truth. Looks and what follows are per frame.',
);
console.log(
  'Same: mean IoU with the labels of the first lookahead. Again: looks that were replaced by others.',
);
console.log(
  'clip          ahead    IoU >=.75 missed extra   same  looks  again  crops   diff  hand detected moved held empty',
);
for (const name of values.clips.split(',')) {
  const clip = await storeClip(clipFile(name, '.mp4') ?? name);
  const truth = await truthOf(name);
  const anchors = await anchorsOf(name);
  let first: Tracked | undefined;
  for (const lookahead of values.lookahead.split(',').map(Number)) {
    const tracked = await track(clip, anchors, { ...tracker, lookahead });
    first ??= tracked;
    console.log(row(clip, tracked, { name: basename(name), truth, lookahead, first }));
    if (values.labels !== undefined) {
      const file = join(values.labels, `${basename(name)}-${lookahead}.json`);
      await writeFile(file, JSON.stringify(tracked.labels));
    }
  }
}
detector.dispose();

interface Tracked {
  readonly labels: readonly (Label & { readonly frame: number })[];
  readonly asked: ClipInMemory['asked'];
  readonly end: TrackerCheckpoint;
}

async function track(
  clip: StoredClip,
  anchors: readonly Anchor[],
  options: TrackerOptions,
): Promise<Tracked> {
  const view = new ClipInMemory(clip, oracle);
  const loop = new TrackLoop(view, anchors, options);
  const labels: (Label & { frame: number })[] = [];
  for await (const step of loop.steps()) {
    labels.push(...step.labels.map((label) => ({ ...label, frame: step.frame.index })));
  }
  await oracle.keep();
  return { labels, asked: view.asked, end: loop.checkpoint };
}

interface RowFacts {
  readonly name: string;
  readonly truth: readonly TruthBox[];
  readonly lookahead: number;
  readonly first: Tracked;
}

function row({ frames }: StoredClip, tracked: Tracked, { name, truth, lookahead, first }: RowFacts): string {
  const { asked, end } = tracked;
  if (accountedFor(end.ledger) !== frames.length) throw new Error('the ledger does not add up');
  const ofClip = ({ labels }: Tracked) => labels.map((label) => ({ ...label, clip: name }));
  const scores = truth.length === 0 ? null : labelScores(truth, ofClip(tracked));
  const known = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? '-';
  const rate = (count: number) => (count / frames.length).toFixed(3).padStart(6);
  const cause = (cause: Cause) => {
    const mean = scores?.byCause[cause].meanIoU;
    return `${end.causes[cause]}${typeof mean === 'number' ? ` (${mean.toFixed(2)})` : ''}`.padEnd(11);
  };
  return [
    name.padEnd(14),
    `${lookahead}`.padStart(4),
    known(scores?.meanIoU, 3).padStart(6),
    known(scores?.within75, 2).padStart(5),
    known(scores?.missed, 0).padStart(6),
    known(scores?.extra, 0).padStart(5),
    labelScores(ofClip(first), ofClip(tracked)).meanIoU.toFixed(3).padStart(6),
    rate(asked.looks),
    rate(asked.again),
    rate(asked.regions),
    rate(asked.differences / 2),
    ` ${cause('hand')}${cause('detected')}${cause('moved')}${cause('held')}${end.ledger.empty}`,
  ].join(' ');
}

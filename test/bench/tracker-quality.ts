/**
 * How good labels are by method, from one box: on our clips and on rendered ones, without a bus.
 *
 *   node test/bench/tracker-quality.ts [--clips deer-daylight,flies,night] [--seeds 11,12,13]
 *        [--method hold] [--method today] [--method plain:SHIKA_TRACKER_LOOKAHEAD=1]…
 *        [--scratch DIR] [--model DIR] [--sheets DIR] [--labels DIR] [--markdown] [--backend native]
 *
 * `--clips`: of our real inputs, scenes, or paths without `.mp4` (truth is beside it: `.truth.csv`). `--scratch` keeps
 * rendered clips, trained detectors and what they said, by content: the next run takes seconds. `--model`: a stored
 * detector, in the place of the bench's own. `--sheets`, `--labels`: leave contact sheets and labels there.
 *
 * Tune on seeds 1 to 3; 11 to 13 are for scoring. What is measured is in tracker-quality.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { type LabelBox, type LabelScores, labelScores } from '../../pipeline/domain/scores/labels.ts';
import { dataPath, noData } from '../fixtures/shared-data.ts';
import { Oracle, storeClip } from './clip-in-memory.ts';
import { withoutHidden } from './rendered-clips.ts';
import { type ClipGroup, clipGroup } from './tracker-clips.ts';
import { benchDetector, type DetectorKind } from './tracker-detectors.ts';
import { type Followed, type Method, methodOf } from './tracker-methods.ts';
import { writeSheet } from './tracker-sheets.ts';
import { headings, qualityRow } from './tracker-table.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: 'deer-daylight,flies,day,night,three,stone,pan,knock,time-lapse' },
    seeds: { type: 'string', default: '11,12,13' },
    method: { type: 'string', multiple: true, default: ['hold', 'template', 'today'] },
    scratch: { type: 'string', default: join(tmpdir(), 'shika-tracker-quality') },
    model: { type: 'string' },
    sheets: { type: 'string' },
    labels: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'auto' },
  },
});
if (!dataPath('weights/yolox_nano.onnx')) {
  console.error(noData);
  process.exit(2);
}
const methods = values.method.map(methodOf);
const seeds = values.seeds.split(',').map(Number);
const backend = await openBackend(values.backend as BackendPreference); // openBackend refuses other words
for (const folder of [values.sheets, values.labels]) if (folder) await mkdir(folder, { recursive: true });
const oracles = new Map<DetectorKind, Oracle>();

console.error(`detectors on ${backend.name}; ms: processor time a frame of all but the detector`);
console.log(headings(values.markdown));
for (const name of values.clips.split(',')) {
  const group = await clipGroup(name, seeds, join(values.scratch, 'clips'));
  for (const method of methods) console.log(qualityRow(await measure(group, method), values.markdown));
}

async function measure(group: ClipGroup, method: Method) {
  const oracle = await oracleOf(group.detector);
  const labels: LabelBox[] = [];
  let [frames, regions, ms] = [0, 0, 0];
  for (const clip of group.clips) {
    const stored = await storeClip(clip.path);
    const { followed, cpuMs } = await timed(oracle, () => method.follow(stored, clip.anchors, oracle));
    const kept = withoutHidden(
      followed.labels.map((label) => ({ ...label, clip: clip.name })),
      clip.truth,
      clip.hidden,
    );
    labels.push(...kept);
    frames += stored.frames.length;
    regions += followed.asked?.regions ?? 0;
    ms += cpuMs;
    const file = `${clip.name}-${method.name}`;
    if (values.sheets) await writeSheet(join(values.sheets, `${file}.png`), stored, clip, followed.labels);
    if (values.labels) await writeFile(join(values.labels, `${file}.json`), JSON.stringify(followed.labels));
  }
  const truth = group.clips.flatMap((clip) => clip.truth);
  const scores: LabelScores | null = truth.length === 0 ? null : labelScores(truth, labels);
  const times = { regions: regions / frames, ms: ms / frames };
  return { clip: group.name, method: method.name, scores, labels, ...times };
}

/** Once more where the detector was asked anew, so that its own time is not counted. */
async function timed(
  oracle: Oracle,
  follow: () => Promise<Followed>,
): Promise<{ followed: Followed; cpuMs: number }> {
  for (;;) {
    const fresh = oracle.fresh;
    const before = process.cpuUsage();
    const followed = await follow();
    const { user, system } = process.cpuUsage(before);
    if (oracle.fresh === fresh) return { followed, cpuMs: (user + system) / 1000 };
  }
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

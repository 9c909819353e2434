/**
 * What each method's maps are worth on a model, beside maps that know nothing, as a Markdown table.
 *
 *   node test/bench/explain-trust.ts --model DIR [--pictures deer|clip|flowers] [--limit 6] [--methods gradcam,…]
 *        [--backend native] [--pointing-only]
 *
 * Milliseconds are the processor's; the first picture's are left out of the mean, since the backend warms up in it.
 *
 * `deer`: stills with one deer, `clip`: the truth frames of deer-daylight (a detector); `flowers`: a classifier.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from 'simple-statistics';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { readTruth } from '../../pipeline/domain/formats/truth.ts';
import { type BackendPreference, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { isClassifier } from '../../pipeline/domain/models/classifier/card.ts';
import { Classifier } from '../../pipeline/domain/models/classifier/classifier.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { type Box, iou } from '../../pipeline/domain/vision/box.ts';
import { decodeImage, type Raster } from '../../pipeline/domain/vision/image.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import type { Case } from '../../stages/explainer/case.ts';
import { ClassifierCase } from '../../stages/explainer/classifier/case.ts';
import { DetectorCase } from '../../stages/explainer/detector/case.ts';
import { type Fidelity, measureAll } from '../../stages/explainer/fidelity/measure.ts';
import { type Pointing, pointingOf } from '../../stages/explainer/fidelity/pointing.ts';
import type { HeatMap } from '../../stages/explainer/maps.ts';
import { type AnyMethodName, allMethodNames } from '../../stages/explainer/method/method.ts';
import { onPixels } from '../../stages/explainer/pixels.ts';
import { cascade, cascadeOptions, isChecked } from '../../stages/explainer/sanity/cascade.ts';
import { mostPictures, type SanityRecord, sanityVerdict } from '../../stages/explainer/sanity/verdict.ts';
import { dataPath } from '../fixtures/shared-data.ts';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string' },
    pictures: { type: 'string', default: 'deer' },
    limit: { type: 'string', default: '6' },
    methods: { type: 'string' },
    backend: { type: 'string', default: 'auto' },
    'pointing-only': { type: 'boolean', default: false },
  },
});

/** A picture and, where it is known, where the animal is. */
interface Still {
  readonly picture: Raster;
  readonly box: Box | null;
}

async function* stills(pictures: string): AsyncGenerator<Still> {
  if (pictures === 'clip') return yield* truthFrames();
  if (pictures === 'flowers') return yield* flowers();
  const { stills: drawn } = await readHand([dataPath('deer/eval') ?? ''], []);
  for (const { path, boxes } of drawn) {
    const [only, ...others] = boxes;
    if (only === undefined || others.length > 0) continue;
    yield { picture: await decodeImage(await readFile(path), path), box: only.box };
  }
}

async function* truthFrames(): AsyncGenerator<Still> {
  const { truth } = await readTruth(dataPath('clips/deer-daylight.truth-sample.csv') ?? '');
  for await (const frame of decodeClip(dataPath('clips/deer-daylight.mp4') ?? '')) {
    const box = truth.find((row) => row.frame === frame.index)?.box;
    if (box) yield { picture: await frame.raster(), box };
  }
}

/** One of each class, in turn. */
async function* flowers(): AsyncGenerator<Still> {
  const folder = dataPath('flowers/eval') ?? '';
  const classes = (await readdir(folder)).sort();
  for (let i = 0; ; i += 1) {
    for (const name of classes) {
      const file = (await readdir(join(folder, name))).sort()[i];
      if (!file) return;
      const path = join(folder, name, file);
      yield { picture: await decodeImage(await readFile(path), path), box: null };
    }
  }
}

/** The case, how its map looks on the picture, and the box there. */
interface OpenCase {
  readonly question: Case & { dispose(): void };
  readonly onPicture: (map: HeatMap) => HeatMap;
  readonly box: Box | null;
}

/** null where the detector has no box like the true one. */
async function ask(model: Detector | Classifier, { picture, box }: Still): Promise<OpenCase | null> {
  if (model instanceof Classifier) {
    return {
      question: await ClassifierCase.open(model, picture, { class: null }),
      onPicture: (map) => map,
      box: null,
    };
  }
  const question = await DetectorCase.open(model, picture, { box, region: null });
  const { choice, cut, probe } = question;
  const truth: Box | null = box && [
    box[0] * cut.scale,
    box[1] * cut.scale,
    box[2] * cut.scale,
    box[3] * cut.scale,
  ];
  if (truth === null || choice.score < 0.1 || iou(choice.box, truth) < 0.5) {
    question.dispose();
    return null;
  }
  return { question, onPicture: (map) => onPixels(map, cut, probe.side), box };
}

/** What is gathered for a name: a method's, or a baseline's. */
interface Row {
  readonly fidelity: Fidelity[];
  readonly pointing: Pointing[];
  readonly ms: number[];
  readonly checks: SanityRecord['pictures'][number][];
}

const files = await readModelFolder(flags.model ?? '');
// `openBackend` refuses what is none of its names.
const backend = await openBackend(flags.backend as BackendPreference);
const model = isClassifier(files) ? await Classifier.load(files) : await Detector.load(files);
// A name that is none is refused below, where its map is drawn.
const wanted = (flags.methods?.split(',') ?? allMethodNames) as AnyMethodName[];
const methods = wanted.filter((name) => name !== 'cam' || model instanceof Classifier);
const rows = new Map<string, Row>();
const row = (name: string): Row => {
  const found = rows.get(name) ?? { fidelity: [], pointing: [], ms: [], checks: [] };
  rows.set(name, found);
  return found;
};

const limit = Number(flags.limit);
let [seen, missed] = [0, 0];
for await (const still of stills(flags.pictures)) {
  if (seen === limit) break;
  const opened = await ask(model, still);
  if (opened === null) {
    missed += 1;
    continue;
  }
  seen += 1;
  const maps = new Map<string, HeatMap>();
  for (const method of methods) {
    const started = processorMs();
    const map = await opened.question.map(method);
    const ms = processorMs() - started;
    if (seen > 1) row(method).ms.push(ms);
    maps.set(method, map);
    if (opened.box) row(method).pointing.push(pointingOf(opened.onPicture(map), opened.box));
  }
  if (!flags['pointing-only']) await measured(opened, maps);
  opened.question.dispose();
  process.stderr.write(`${seen} `);
}

async function measured({ question }: OpenCase, maps: ReadonlyMap<string, HeatMap>): Promise<void> {
  const box = question instanceof DetectorCase ? question.choice.box : null;
  for (const [name, fidelity] of (await measureAll(question.probe, maps, box)).fidelity)
    row(name).fidelity.push(fidelity);
  if (seen > mostPictures) return;
  for (const method of methods.filter(isChecked)) {
    const started = processorMs();
    const steps = await cascade(question, method, cascadeOptions(method));
    const ms = processorMs() - started;
    row(method).checks.push({ picture: `${seen}`, layer: question.layer, ms, steps });
  }
}

/** Of this process so far: what a map costs whatever else the machine does. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const shown = (values: readonly number[], digits = 2) =>
  values.length > 0 ? mean([...values]).toFixed(digits) : '–';
console.log(
  `\n${model.card.recipe} ${model.card.id}, ${flags.pictures}: ${seen} pictures, ${missed} without the box, ${backend.name}`,
);
console.log(
  '| map | energy in box | hits | deletion ↓ | insertion ↑ | ROAD ↑ | sanity: head, all | check, CPU ms | CPU ms |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [name, { fidelity, pointing, ms, checks }] of rows) {
  const points = pointing.length > 0 ? pointing : fidelity.flatMap((measured) => measured.pointing ?? []);
  const sanity = sanityVerdict({ pictures: checks });
  const cells = [
    name,
    shown(points.map(({ energyInBox }) => energyInBox)),
    shown(points.map(({ hit }) => (hit ? 1 : 0))),
    shown(fidelity.map(({ deletion }) => deletion)),
    shown(fidelity.map(({ insertion }) => insertion)),
    shown(fidelity.map(({ road }) => road)),
    sanity
      ? `${sanity.passes ? 'passes' : '**fails**'} ${sanity.rankAbove.toFixed(2)}, ${sanity.rankAll.toFixed(2)}`
      : '–',
    shown(
      checks.map((check) => check.ms),
      0,
    ),
    shown(ms, 0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

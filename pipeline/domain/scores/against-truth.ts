/** Scores of labels and of detectors against the truth, read from files. */
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UsageError } from '../../runtime/errors.ts';
import { readHand } from '../formats/hand.ts';
import { readLabels } from '../formats/labels-csv.ts';
import type { Problem } from '../formats/problem.ts';
import { readTruth } from '../formats/truth.ts';
import { type BackendPreference, openBackend } from '../models/backend/backend.ts';
import type { DetectorCard } from '../models/detector/card.ts';
import { Detector } from '../models/detector/detector.ts';
import { detectExamples, type ExampleDetections, type LabelledPicture } from '../models/detector/evaluate.ts';
import { readModelFolder } from '../models/files.ts';
import { decodeClip } from '../vision/video-decode.ts';
import { type DetectionScores, detectionScores } from './detection.ts';
import { type LabelScores, labelScores } from './labels.ts';
import { isNearInClip, type PicturedMistake, shownIn, worstMistakes } from './mistakes.ts';

/** Scores of labels, and their average precision as detections. */
export interface TruthScores extends LabelScores {
  readonly ap50: number;
  readonly ap50_95: number;
}

/** Labels that were scored. */
export interface ScoredLabels {
  readonly scores: TruthScores;
  /** What of either file was left out. */
  readonly problems: readonly Problem[];
}

/** Labels of a clip against its true boxes, by cause; and as detections, best-trusted first. */
export async function truthScores(truthFile: string, labelsFile: string): Promise<ScoredLabels> {
  const { labels, problems } = await readLabels(labelsFile);
  const { truth, problems: wrong } = await readTruth(truthFile);
  const only = [...new Set(labels.map((label) => label.file))];
  const clipOf = (file: string | undefined) =>
    file === undefined && only.length === 1 ? only[0]! : basename(file ?? '');
  const rows = truth.map(({ file, ...row }) => ({ ...row, clip: clipOf(file) }));
  const kept = labels.filter((label) => label.review !== 'rejected');
  const scored = labelScores(
    rows,
    kept.map(({ file, frame, track, box, cause }) => ({ clip: file, frame, track, box, cause })),
  );
  const frames = Map.groupBy(rows, ({ clip, frame }) => `${clip}#${frame}`);
  const { ap50, ap50_95 } = detectionScores(
    [...frames.values()].map((on) => ({
      truth: on.flatMap(({ box }) => (box ? [{ box, label: 'animal' }] : [])),
      found: kept
        .filter(({ file, frame }) => file === on[0]?.clip && frame === on[0]?.frame)
        .map(({ box, score, risk }) => ({ box, label: 'animal', score: score ?? 1 - (risk ?? 0) })),
    })),
  );
  return { scores: { ...scored, ap50, ap50_95 }, problems: [...problems, ...wrong] };
}

/** A detector that was scored. */
export interface ScoredDetector {
  readonly card: DetectorCard;
  readonly scores: DetectionScores;
  /** What of the truth was left out. */
  readonly problems: readonly Problem[];
  /** With their pictures. */
  worstMistakes(): Promise<PicturedMistake[]>;
}

/** A detector against true boxes, on pictures shown whole. */
export async function scoreDetector(
  folder: string,
  truth: string,
  clip?: string,
  backend: BackendPreference = 'auto',
): Promise<ScoredDetector> {
  await openBackend(backend);
  const detector = await Detector.load(await readModelFolder(folder));
  const { pictures, problems } = (await stat(truth)).isDirectory()
    ? await stills(truth)
    : await frames(truth, clip);
  try {
    const { card } = detector;
    const examples = pictures.map((example) => relabelled(example, card.outputs));
    const detections = await detectExamples(detector, examples);
    return {
      card,
      scores: detectionScores(detections),
      problems,
      worstMistakes: () => mistakesOf(detections, examples),
    };
  } finally {
    detector.dispose();
  }
}

function mistakesOf(
  detections: readonly ExampleDetections[],
  examples: readonly LabelledPicture[],
): Promise<PicturedMistake[]> {
  const alike = (a: number, b: number) =>
    isNearInClip(placeOf(examples[a]!.name), placeOf(examples[b]!.name));
  const reports = worstMistakes(detections, { alike }).map(async ({ picture, ...mistake }) => {
    const { name, jpeg } = examples[picture]!;
    const image = detections[picture]!;
    return { ...mistake, ...shownIn(image), name, size: image.size, picture: await jpeg() };
  });
  return Promise.all(reports);
}

/** `deer.mp4#3` is frame 3 of deer.mp4; a still is a clip of its own. */
function placeOf(name: string): { clip: string; index: number } {
  const [, clip = name, index = '0'] = /^(.*)#(\d+)$/.exec(name) ?? [];
  return { clip, index: Number(index) };
}

interface TruePictures {
  readonly pictures: readonly LabelledPicture[];
  readonly problems: readonly Problem[];
}

async function stills(folder: string): Promise<TruePictures> {
  const { stills, problems } = await readHand([folder], []);
  const pictures = stills.map(({ path, name, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map((box) => ({ ...box, weight: 1 })),
  }));
  return { pictures, problems };
}

async function frames(truthFile: string, clip: string | undefined): Promise<TruePictures> {
  if (clip === undefined)
    throw new UsageError('the true boxes are of a clip', { expected: '--clip with its file' });
  const { truth, problems } = await readTruth(truthFile);
  const wanted = Map.groupBy(truth, (row) => row.frame);
  const examples: LabelledPicture[] = [];
  for await (const frame of decodeClip(resolve(clip))) {
    const on = wanted.get(frame.index);
    if (!on) continue;
    const jpeg = await frame.jpeg(95);
    const boxes = on.flatMap(({ box, label = 'animal' }) => (box ? [{ box, label, weight: 1 }] : []));
    examples.push({ name: `${basename(clip)}#${frame.index}`, jpeg: async () => jpeg, boxes });
  }
  return { pictures: examples, problems };
}

/** A detector of one class answers for whatever the truth calls its animal. */
function relabelled(example: LabelledPicture, outputs: readonly string[]): LabelledPicture {
  const [only, ...others] = new Set(outputs);
  if (only === undefined || others.length > 0) return example;
  return { ...example, boxes: example.boxes.map((box) => ({ ...box, label: only })) };
}

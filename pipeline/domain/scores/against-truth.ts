/** Scores of labels and of detectors against the truth, read from files. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../../runtime/errors.ts';
import { baseName } from '../formats/file-name.ts';
import type { KnownClip } from '../formats/import/source.ts';
import { readLabels } from '../formats/labels-csv.ts';
import type { Problem } from '../formats/problem.ts';
import { readTruth, type Truth } from '../formats/truth.ts';
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
  readonly notes: readonly string[];
}

/**
 * Labels of clips against their true boxes, by cause; and as detections, best-trusted first.
 * @param clips of which more is known than their labels tell: their size, for truth that is relative to it
 * @throws UsageError where the truth is of pictures, or can't be used at all
 */
export async function truthScores(
  truthFile: string,
  labelsFile: string,
  clips: readonly KnownClip[] = [],
): Promise<ScoredLabels> {
  const { labels, problems, notes } = await readLabels(labelsFile);
  const labelled = new Map(labels.map(({ clip, file }) => [clip, { clip, file }]));
  const known = [...labelled.values()].map((clip) => ({
    ...clips.find((known) => known.clip === clip.clip),
    ...clip,
  }));
  const read = await readTruth(truthFile, known);
  if (read.truth.length === 0) {
    throw new UsageError(`${truthFile} is the truth of pictures`, {
      found: `${read.pictures.length} pictures`,
      expected: 'boxes on clips, as the labels are; or --model, to score a detector on the pictures',
    });
  }
  const rows = read.truth.map(({ clip, file, ...row }) => ({ ...row, clip: clip ?? file ?? '' }));
  const kept = labels.filter((label) => label.review !== 'rejected');
  const scored = labelScores(rows, kept);
  const frames = Map.groupBy(rows, ({ clip, frame }) => `${clip}#${frame}`);
  const { ap50, ap50_95 } = detectionScores(
    [...frames.values()].map((on) => ({
      truth: on.flatMap(({ box }) => (box ? [{ box, label: 'animal' }] : [])),
      found: kept
        .filter(({ clip, frame }) => clip === on[0]?.clip && frame === on[0]?.frame)
        .map(({ box, score, risk }) => ({ box, label: 'animal', score: score ?? 1 - (risk ?? 0) })),
    })),
  );
  return {
    scores: { ...scored, ap50, ap50_95 },
    problems: [...problems, ...read.problems],
    notes: [...notes, ...read.notes],
  };
}

/** A detector that was scored. */
export interface ScoredDetector {
  readonly card: DetectorCard;
  readonly scores: DetectionScores;
  /** What of the truth was left out. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** With their pictures. */
  worstMistakes(): Promise<PicturedMistake[]>;
}

/**
 * A detector against true boxes, on pictures shown whole.
 * @param clip that the truth is of, where it is of a clip
 */
export async function scoreDetector(
  folder: string,
  truth: string,
  clip?: KnownClip & { readonly path: string },
  backend: BackendPreference = 'auto',
): Promise<ScoredDetector> {
  await openBackend(backend);
  const detector = await Detector.load(await readModelFolder(folder));
  const read = await readTruth(truth, clip === undefined ? [] : [clip], clip === undefined);
  const pictures = [...stills(read), ...(await frames(read, clip))];
  try {
    const { card } = detector;
    const examples = pictures.map((example) => relabelled(example, card.outputs));
    const detections = await detectExamples(detector, examples);
    return {
      card,
      scores: detectionScores(detections),
      problems: read.problems,
      notes: read.notes,
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

function stills({ pictures }: Truth): LabelledPicture[] {
  return pictures.map(({ path, name, boxes }) => ({
    name,
    jpeg: () => readFile(path),
    boxes: boxes.map((box) => ({ ...box, weight: 1 })),
  }));
}

async function frames(
  { truth }: Truth,
  clip: (KnownClip & { readonly path: string }) | undefined,
): Promise<LabelledPicture[]> {
  if (truth.length === 0) return [];
  if (clip === undefined)
    throw new UsageError('the true boxes are of a clip', { expected: '--clip with its file' });
  const wanted = Map.groupBy(
    truth.filter((row) => row.clip === clip.clip),
    (row) => row.frame,
  );
  const examples: LabelledPicture[] = [];
  for await (const frame of decodeClip(clip.path)) {
    const on = wanted.get(frame.index);
    if (!on) continue;
    const jpeg = await frame.jpeg(95);
    const boxes = on.flatMap(({ box, label = 'animal' }) => (box ? [{ box, label, weight: 1 }] : []));
    examples.push({ name: `${baseName(clip.file)}#${frame.index}`, jpeg: async () => jpeg, boxes });
  }
  return examples;
}

/** A detector of one class answers for whatever the truth calls its animal. */
function relabelled(example: LabelledPicture, outputs: readonly string[]): LabelledPicture {
  const [only, ...others] = new Set(outputs);
  if (only === undefined || others.length > 0) return example;
  return { ...example, boxes: example.boxes.map((box) => ({ ...box, label: only })) };
}

/** MegaDetector results on videos to labels: cause `detected`, a track for each detection of a frame by its rank. */
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { PoisonError, UsageError } from '../../../runtime/errors.ts';
import type { Size } from '../../vision/box.ts';
import { readJson } from '../coco.ts';
import { clipOfPath } from '../file-name.ts';
import { type ClipFacts, causes, type LabelRow } from '../label-row.ts';
import { collect, type Problem, problem } from '../problem.ts';
import { inside } from '../still.ts';

const Detection = Type.Object({
  category: Type.String(),
  conf: Type.Number({ minimum: 0, maximum: 1 }),
  bbox: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
  frame_number: Type.Optional(Type.Integer({ minimum: 0 })),
  classifications: Type.Optional(Type.Array(Type.Tuple([Type.String(), Type.Number()]))),
  // Ours, see export/megadetector.ts
  cause: Type.Optional(Type.String()),
  track: Type.Optional(Type.Integer({ minimum: 1 })),
});
type Detection = Static<typeof Detection>;

const Names = Type.Record(Type.String(), Type.String());

const Document = Type.Object({
  detection_categories: Names,
  classification_categories: Type.Optional(Names),
  images: Type.Array(
    Type.Object({
      file: Type.String({ minLength: 1 }),
      detections: Type.Optional(Type.Union([Type.Array(Detection), Type.Null()])),
    }),
  ),
});
type Document = Static<typeof Document>;

const validator = Compile(Document);

/** @throws UsageError where it is no such file */
export async function readMegaDetector(
  path: string,
  clips: readonly ClipFacts[],
): Promise<{ labels: LabelRow[]; problems: Problem[] }> {
  const value = await readJson(path);
  if (!validator.Check(value)) {
    const first = validator.Errors(value)[0];
    throw new UsageError(`${path} is no MegaDetector result`, {
      found: `${first?.instancePath || 'the whole'} ${first?.message ?? 'differs'}`,
      expected: 'images, detection_categories',
    });
  }
  const problems: Problem[] = [];
  const labels: LabelRow[] = [];
  for (const { file, detections } of value.images) {
    const clip = clipOfPath(file, clips);
    if (clip === undefined) {
      const expected = clips.map((known) => known.file).join(', ');
      problems.push(problem(path, undefined, 'a file that is none of the clips', { found: file, expected }));
      continue;
    }
    const ranks = new Map<number, number>();
    for (const detection of (detections ?? []).toSorted((a, b) => b.conf - a.conf)) {
      const frame = detection.frame_number ?? 0;
      const rank = (ranks.get(frame) ?? 0) + 1;
      ranks.set(frame, rank);
      const label = collect(problems, path, undefined, () => labelOf(detection, rank, clip, value));
      if (label !== undefined) labels.push(label);
    }
  }
  return { labels, problems };
}

function labelOf(detection: Detection, rank: number, clip: ClipFacts, document: Document): LabelRow {
  const cause = causes.find((known) => known === detection.cause) ?? 'detected';
  return {
    clip: clip.clip,
    file: clip.file,
    frame: detection.frame_number ?? 0,
    track: detection.track ?? rank,
    box: inside(scaled(detection.bbox, clip), clip),
    label: nameOf(detection, document),
    cause,
    score: cause === 'detected' ? detection.conf : null,
    risk: null,
    review: null,
  };
}

function scaled([x, y, w, h]: Detection['bbox'], { width, height }: Size): [number, number, number, number] {
  return [x * width, y * height, w * width, h * height];
}

/** The best classification, else the detector's class. */
function nameOf({ category, classifications }: Detection, document: Document): string {
  const best = classifications?.[0]?.[0];
  const name = best === undefined ? undefined : document.classification_categories?.[best];
  const label = name ?? document.detection_categories[category];
  if (label === undefined) {
    const expected = Object.keys(document.detection_categories).join(', ');
    throw new PoisonError('category', { found: `"${category}"`, expected });
  }
  return label;
}

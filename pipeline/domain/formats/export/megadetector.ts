/**
 * MegaDetector batch output for videos, format version 1.6: boxes relative to the frame, `animal` as the class
 * and our label as its classification. https://lila.science/megadetector-output-format
 */
import type { Size } from '../../vision/box.ts';
import { confidence, type LabelRow, labelNames } from '../label-row.ts';
import { labelKind } from './label-kind.ts';
import { type ExportInput, type ExportResult, type LabelledClip, labelledClips, put } from './target.ts';

const classes = { '1': 'animal', '2': 'person', '3': 'vehicle' } as const;
const classNumbers = { animal: '1', person: '2', vehicle: '3' } as const;

/** `megadetector.json`, all clips in one. */
export async function exportMegaDetector(input: ExportInput, folder: string): Promise<ExportResult> {
  const clips = labelledClips(input);
  const species = labelNames(clips.flatMap(({ labels }) => labels)).filter((name) => classOf(name) === '1');
  const document = {
    info: { format_version: '1.6', detector: 'shika' },
    detection_categories: classes,
    classification_categories: Object.fromEntries(species.map((name, i) => [String(i), name])),
    images: clips.map((clip) => videoOf(clip, species)),
  };
  const text = JSON.stringify(document, null, 1).replace(wholeConfidence, '$1.0');
  return { files: [await put(folder, 'megadetector.json', `${text}\n`)], warnings: [] };
}

/** The format's validator, in Python, wants a fraction: `1` alone would be an integer there. */
const wholeConfidence = /^( *"conf": [01])(?=,?$)/gm;

function videoOf(clip: LabelledClip, species: readonly string[]): object {
  const looked = clip.looked ?? Array.from({ length: clip.frames }, (_, frame) => frame);
  const labelled = new Set(clip.labels.map(({ frame }) => frame));
  const video = {
    file: clip.path,
    frame_rate: clip.fps,
    // A frame that is processed and has no detection shows no animal.
    frames_processed: looked.filter((frame) => labelled.has(frame) || !clip.doubted.has(frame)),
  };
  // No detections would say that nothing is to be seen.
  if (clip.labels.length === 0 && !clip.isEmpty) {
    return { ...video, failure: 'every label was rejected, and by no person', detections: null };
  }
  const detections = clip.labels
    .toSorted((a, b) => a.frame - b.frame)
    .map((label) => detectionOf(label, clip, species));
  return { ...video, detections };
}

/** `cause` and `track` are ours; readers of the format pass over keys they do not know. */
function detectionOf(label: LabelRow, { width, height }: Size, species: readonly string[]): object {
  const [x, y, w, h] = label.box;
  const conf = rounded(confidence(label));
  const category = classOf(label.label);
  return {
    category,
    conf,
    bbox: [x / width, y / height, w / width, h / height].map(rounded),
    frame_number: label.frame,
    ...(category === '1' ? { classifications: [[String(species.indexOf(label.label)), conf]] } : {}),
    cause: label.cause,
    track: label.track,
  };
}

function classOf(label: string): keyof typeof classes {
  return classNumbers[labelKind(label)];
}

function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

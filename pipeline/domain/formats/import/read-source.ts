/** Reads labels of any tool: finds out whose they are, reads them, and settles what can be used. */
import { basename } from 'node:path';
import { PoisonError } from '../../../runtime/errors.ts';
import { listed, type Problem, problem } from '../problem.ts';
import { readCoco } from './coco.ts';
import { readCsv } from './csv.ts';
import { readCvat } from './cvat.ts';
import { detectFormats, isPacked } from './detect.ts';
import type { KeepsUnknown } from './find-clip.ts';
import { readLabelStudio } from './label-studio.ts';
import { readLabelMe } from './labelme.ts';
import { readMegaDetector } from './megadetector.ts';
import { readMot } from './mot.ts';
import { Place } from './place.ts';
import { settleClips } from './settle-clips.ts';
import { settlePictures } from './settle-pictures.ts';
import type { Findings, ImportFormat, KnownClip, LabelSource, Reading } from './source.ts';
import { unkeptNotes } from './unkept.ts';
import { readVoc } from './voc.ts';
import { readYolo } from './yolo.ts';

/** MegaDetector's own advice for its version 5. */
export const DEFAULT_MIN_SCORE = 0.2;

export interface ReadOptions {
  /** `auto` where left out. */
  readonly format?: ImportFormat | 'auto';
  /** What boxes may be on. */
  readonly clips?: readonly KnownClip[];
  /** Folder in which pictures are looked for first. */
  readonly pictures?: string | undefined;
  /** A folder that is not searched. */
  readonly outside?: string;
  /** Detections below it are not taken, 0..1. */
  readonly minScore?: number | undefined;
  /** Whether it is truth to score with: frames without an animal count. */
  readonly isTruth?: boolean;
  /** Clips that are not among those given stand for themselves. */
  readonly keepsUnknownClips?: KeepsUnknown;
  /** Whether boxes in pixels are held against their clip elsewhere, by who knows how long it is. */
  readonly isHeldLater?: boolean;
}

const readers: Readonly<Record<ImportFormat, (reading: Reading) => Promise<Findings>>> = {
  csv: readCsv,
  yolo: readYolo,
  coco: readCoco,
  voc: readVoc,
  cvat: readCvat,
  mot: readMot,
  megadetector: readMegaDetector,
  labelme: readLabelMe,
  'label-studio': readLabelStudio,
};

/** @throws UsageError where nothing is there, or nothing that we know */
export async function readSource(path: string, options: ReadOptions = {}): Promise<LabelSource> {
  const { clips = [], pictures, minScore = DEFAULT_MIN_SCORE, isTruth = false } = options;
  const place = await Place.open(path, options.outside);
  const named = options.format === 'auto' ? undefined : options.format;
  const [format, ...others] = named === undefined ? await detectFormats(place) : [named];
  const findings = await readers[format]({ place, clips, pictures, minScore, isTruth });
  const broken = brokenJson(place, format);
  const stills = await settlePictures(findings.pictures);
  const held = settleClips(findings.clips, clips, options);
  const also =
    others.length === 0 ? [] : [`${path}: read as ${format}; ${others.join(', ')} is there as well`];
  return {
    format,
    pictures: stills.pictures,
    clipBoxes: held.clipBoxes,
    leftOut: inOrder([...broken.leftOut, ...findings.leftOut, ...stills.leftOut, ...held.leftOut]),
    notes: [
      ...also,
      ...broken.notes,
      ...passedOverNotes(place),
      ...(await packedNotes(place)),
      ...findings.notes,
      ...unkeptNotes(path, findings.unkept ?? new Map()),
      ...stills.notes,
      ...held.notes,
    ],
    refused: stills.refused,
  };
}

/** Its formats lie in JSON files: of those, one that can't be read may have been labels. */
const inJson = new Set<ImportFormat>(['coco', 'megadetector', 'labelme', 'label-studio']);

function brokenJson(place: Place, format: ImportFormat): { leftOut: Problem[]; notes: string[] } {
  const files = [...place.unreadable];
  const expected = 'a JSON file';
  if (inJson.has(format))
    return {
      leftOut: files.map(([file, found]) => problem(file, undefined, 'can’t be read', { found, expected })),
      notes: [],
    };
  return { leftOut: [], notes: files.map(([file]) => `${file}: no JSON that can be read, and not used`) };
}

function passedOverNotes({ path, passedOver }: Place): string[] {
  if (passedOver.size === 0) return [];
  return [
    `${path}: JSON of another kind, and not used: ${listed([...passedOver].map((file) => basename(file)))}`,
  ];
}

/** Exports come as archives; what is in one is not looked at. */
async function packedNotes(place: Place): Promise<string[]> {
  const packed = (await place.files()).filter((file) => isPacked(file));
  return packed.length === 0
    ? []
    : [`${place.path}: packed, and not read: ${listed(packed.map((file) => basename(file)))}`];
}

/** Problems of a file together, by line. */
function inOrder(problems: readonly Problem[]): Problem[] {
  return [...Map.groupBy(problems, ({ file }) => file).values()].flatMap((same) =>
    same.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  );
}

/** Where a source holds nothing that can be used. */
export function nothingUsable(path: string, { leftOut }: LabelSource, expected: string): PoisonError {
  const found = leftOut.length === 0 ? 'nothing' : listed(leftOut.map(({ message }) => message));
  return new PoisonError(`${path} has no ${expected} that can be used`, { found, expected });
}

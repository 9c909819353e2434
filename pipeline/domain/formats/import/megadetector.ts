/**
 * MegaDetector's results, on pictures and on videos: a detection is a box from a score on. It is a detector's word, no
 * person's: cause `detected`. https://lila.science/megadetector-output-format
 */
import { UsageError } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import { isPictureName } from '../../vision/picture-files.ts';
import { allNumbers, fields, isObject, items, numberIn, numbersIn, shown, textIn } from '../json.ts';
import { causes } from '../label-row.ts';
import { counted, type Problem, problem } from '../problem.ts';
import { findPictures } from './find-pictures.ts';
import { jsonFilesOf, jsonKind } from './json-kind.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import { refusal } from './settle-pictures.ts';
import {
  type ClipBoxEntry,
  type ClipEntry,
  type Findings,
  joined,
  type PictureEntry,
  type Reading,
} from './source.ts';
import { Unkept, type UnkeptCounts } from './unkept.ts';

type Fields = ReturnType<typeof fields>;

/** @throws UsageError where a file that is named itself is no such file */
export async function readMegaDetector(reading: Reading): Promise<Findings> {
  const all: Findings[] = [];
  for (const file of await jsonFilesOf(reading.place, 'megadetector')) {
    const document = await reading.place.json(file);
    if (!isObject(document) || jsonKind(document) !== 'megadetector') {
      throw new UsageError(`${file} is no MegaDetector result`, {
        found: document === undefined ? 'no JSON' : shown(Object.keys(fields(document))),
        expected: 'images, detection_categories',
      });
    }
    all.push(await readDocument(document, file, reading));
  }
  return joined(all);
}

/** Of a file that does not say what its categories are. */
const usualCategories = { '1': 'animal', '2': 'person', '3': 'vehicle' };

/** A detection as far as it is a box. */
interface Detection extends Pick<ClipBoxEntry, 'box' | 'label' | 'cause' | 'track'> {
  readonly box: Box;
  readonly score: number;
  readonly frame: number | undefined;
}

/** What an entry says. */
interface Entry {
  readonly name: string;
  readonly detections: readonly Detection[];
  readonly refused: readonly Problem[];
  /** Below the score. */
  readonly weak: number;
  /** Why nothing is known of it. */
  readonly failure: string | undefined;
  /** Frames that were looked at, where it says so. */
  readonly looked: readonly number[];
  /** Frames of what is refused or weak; null where a frame is not known. */
  readonly doubtful: readonly number[] | null;
}

async function readDocument(document: Fields, file: string, reading: Reading): Promise<Findings> {
  const leftOut: Problem[] = [];
  const entries = items(document.images).flatMap((image): Entry[] => {
    const entry = readEntry(fields(image), document, file, reading.minScore);
    if (entry !== undefined) return [entry];
    leftOut.push(refusal(file, 'an image', shown(image), 'its file'));
    return [];
  });
  for (const { name, failure } of entries) {
    if (failure !== undefined)
      leftOut.push(refusal(file, `${name}: nothing is known of it`, failure, 'detections'));
  }
  const known = entries.filter(({ failure }) => failure === undefined);
  const isVideo = ({ name }: Entry) => frameOf(name) !== undefined || !isPictureName(name);
  const pictures = await ofPictures(
    known.filter((entry) => !isVideo(entry)),
    file,
    reading,
    leftOut,
  );
  const clips = ofClips(known.filter(isVideo), file, leftOut, reading.isTruth);
  const weak = entries.reduce((sum, entry) => sum + entry.weak, 0);
  const notes =
    weak > 0
      ? [`${file}: below ${reading.minScore}, and not taken (--min-score): ${counted(weak, 'detection')}`]
      : [];
  return {
    pictures,
    clips,
    leftOut,
    notes,
    unkept: unkeptOf(document, new Set(known.filter((entry) => !isVideo(entry)).map(({ name }) => name))),
  };
}

/** Fields that are used, or said by those that are. */
const used = {
  document: new Set([
    ...['images', 'detection_categories', 'classification_categories', 'info'],
    'classification_category_descriptions',
  ]),
  image: new Set([
    ...['file', 'detections', 'failure', 'frame_rate', 'frames_processed', 'max_detection_conf'],
    ...['width', 'height', 'classifications'],
  ]),
  detection: new Set(['category', 'conf', 'bbox', 'frame_number', 'classifications', 'cause', 'track']),
};

/** @param stills names of pictures: a box on one has no score with us */
function unkeptOf(document: Fields, stills: ReadonlySet<string>): UnkeptCounts {
  const unkept = new Unkept();
  unkept.rest(document, used.document);
  for (const image of items(document.images).map(fields)) {
    unkept.rest(image, used.image, 'image ');
    for (const detection of items(image.detections).map(fields)) {
      unkept.rest(detection, used.detection);
      const [, ...others] = items(detection.classifications);
      unkept.add('second and further classifications', others.length);
      if (stills.has(textIn(image.file) ?? '')) unkept.add('conf');
    }
  }
  return unkept.counts;
}

function readEntry(image: Fields, document: Fields, file: string, minScore: number): Entry | undefined {
  const name = textIn(image.file);
  if (name === undefined) return undefined;
  const refused: Problem[] = [];
  const detections: Detection[] = [];
  const doubtful: (number | undefined)[] = [];
  let weak = 0;
  for (const detection of items(image.detections).map(fields)) {
    const read = readDetection(detection, document);
    const isRefused = typeof read === 'string';
    if (!isRefused && (read.score >= minScore || isOurs(read))) {
      detections.push(read);
      continue;
    }
    doubtful.push(numberIn(detection.frame_number) ?? frameOf(name)?.frame);
    if (isRefused) refused.push(refusal(file, `a detection of ${name}`, read, 'category, conf, bbox'));
    else weak += 1;
  }
  const isMissing = !Array.isArray(image.detections);
  const failure = textIn(image.failure) ?? (isMissing ? 'no detections' : undefined);
  const looked = items(image.frames_processed).flatMap((frame) => numberIn(frame) ?? []);
  return { name, detections, refused, weak, failure, looked, doubtful: allNumbers(doubtful) ?? null };
}

/** Our own exports have labels of any score. */
function isOurs({ cause, track }: Detection): boolean {
  return cause !== 'detected' || track !== undefined;
}

/** The detection, or what is wrong with it. `cause` and `track` are ours, see export/megadetector.ts. */
function readDetection(detection: Fields, document: Fields): Detection | string {
  const [x, y, w, h] = numbersIn(detection.bbox, 4) ?? [];
  if (x === undefined || y === undefined || w === undefined || h === undefined || w <= 0 || h <= 0) {
    return `bbox ${shown(detection.bbox)}`;
  }
  const score = numberIn(detection.conf);
  if (score === undefined || score < 0 || score > 1) return `conf ${shown(detection.conf)}`;
  const label = labelOf(detection, document);
  if (label === undefined) return `category ${shown(detection.category)}`;
  const frame = numberIn(detection.frame_number);
  if (detection.frame_number !== undefined && detection.frame_number !== null && !isFrameNumber(frame)) {
    return `frame_number ${shown(detection.frame_number)}`;
  }
  const cause = causes.find((known) => known === detection.cause) ?? 'detected';
  return { box: [x, y, w, h], score, label, frame, cause, track: numberIn(detection.track) };
}

function isFrameNumber(frame: number | undefined): boolean {
  return frame !== undefined && Number.isInteger(frame) && frame >= 0;
}

/** The best classification, else the detector's class. */
function labelOf({ category, classifications }: Fields, document: Fields): string | undefined {
  const best = items(classifications)
    .map((pair) => ({ id: textIn(items(pair)[0]), score: numberIn(items(pair)[1]) ?? 0 }))
    .toSorted((a, b) => b.score - a.score)[0];
  const name =
    best?.id === undefined ? undefined : textIn(fields(document.classification_categories)[best.id]);
  return name ?? textIn(fields(document.detection_categories ?? usualCategories)[textIn(category) ?? '']);
}

/** A picture is used whole, or not: one with weak detections alone is neither with an animal nor without. */
async function ofPictures(
  entries: readonly Entry[],
  file: string,
  reading: Reading,
  leftOut: Problem[],
): Promise<PictureEntry[]> {
  const { roots, near } = pictureRoots(reading, file);
  const found = await findPictures(
    entries.map(({ name }) => ({ name, near })),
    roots,
    reading.place,
  );
  leftOut.push(
    ...missingPictures(
      file,
      entries.map(({ name }) => name),
      found,
      roots,
    ),
  );
  const doubtful: string[] = [];
  const pictures = entries.flatMap(({ name, detections, refused, weak }, i): PictureEntry[] => {
    const at = found[i]!; // one an entry
    if (!('path' in at)) return [];
    if (detections.length + refused.length === 0 && weak > 0) {
      doubtful.push(name);
      return [];
    }
    const boxes = detections.map(({ box, label }) => ({ box, label, relative: true }));
    return [{ path: at.path, file, boxes, refused }];
  });
  if (doubtful.length > 0) {
    const what = `with weak detections alone, and not used: ${counted(doubtful.length, 'picture')}`;
    const facts = {
      found: doubtful.slice(0, 3).join(', '),
      expected: `a detection of ${reading.minScore}, or none`,
      count: doubtful.length,
    };
    leftOut.push(problem(file, undefined, what, facts));
  }
  return pictures;
}

function ofClips(entries: readonly Entry[], file: string, leftOut: Problem[], isTruth: boolean): ClipEntry[] {
  return entries.map(({ name, detections, refused, looked, doubtful }) => {
    for (const reason of refused) leftOut.push(reason);
    const single = frameOf(name);
    const placed = detections.flatMap(({ frame = single?.frame, ...detection }) =>
      frame === undefined ? [] : [{ ...detection, frame }],
    );
    const nowhere = detections.length - placed.length;
    if (nowhere > 0) {
      const what = `${name}: ${counted(nowhere, 'detection')} without a frame`;
      leftOut.push(
        problem(file, undefined, what, {
          found: 'no frame_number',
          expected: 'the frame of the video',
          count: nowhere,
        }),
      );
    }
    const boxes = placed
      .toSorted((a, b) => b.score - a.score)
      .map(({ score, cause, ...box }) => ({
        ...box,
        relative: true,
        cause,
        score: cause === 'detected' ? score : null,
        review: null,
      }));
    const on = new Set(boxes.map(({ frame }) => frame));
    const nothing = { box: null, cause: 'detected', score: null, review: null } as const;
    // Of detections without a frame nobody knows on which frame there is an animal.
    const isSure = nowhere === 0 && doubtful !== null;
    const empty = isTruth && isSure ? looked.filter((frame) => !on.has(frame)) : [];
    const all = [...boxes, ...empty.map((frame) => ({ ...nothing, frame }))];
    return { clip: { names: [single?.clip ?? name] }, file, boxes: all, doubtful: doubtful ?? [] };
  });
}

/** `clip.mp4/frame000003.jpg`, of the file that has an entry a frame. */
function frameOf(name: string): { clip: string; frame: number } | undefined {
  const [, clip, frame] = /^(.+\.[a-z0-9]{2,5})[\\/]frame_?(\d+)\.(?:jpe?g|png)$/i.exec(name) ?? [];
  return clip === undefined ? undefined : { clip, frame: Number(frame) };
}

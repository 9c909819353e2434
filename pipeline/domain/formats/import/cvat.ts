/**
 * CVAT 1.1, for video (tracks) and for images (shapes by picture), of a task or of a whole project.
 * https://docs.cvat.ai/docs/manual/advanced/xml_format/
 */

import type { Size } from '../../vision/box.ts';
import { isPictureName } from '../../vision/picture-files.ts';
import { splitNamed } from '../dataset-entry.ts';
import { baseName, stem } from '../file-name.ts';
import { collect, counted, type Problem, problem } from '../problem.ts';
import { cvatShapes, uprightBox } from './cvat-shape.ts';
import { type CvatTask, cvatTasks } from './cvat-tasks.ts';
import { readTrack } from './cvat-track.ts';
import { cvatUnkept } from './cvat-unkept.ts';
import { findPictures } from './find-pictures.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import type { Place } from './place.ts';
import { refusal } from './settle-pictures.ts';
import {
  type ClipEntry,
  type ClipReference,
  type Findings,
  type FoundBox,
  joined,
  type PictureEntry,
  type Reading,
  saysEmpty,
} from './source.ts';
import { attribute, childAt, children, type Element, numericAttribute, readXml, rootOf } from './xml-file.ts';

/** XML files of CVAT. */
export async function cvatFiles(place: Place): Promise<string[]> {
  const files: string[] = [];
  for (const file of await place.filesOf('.xml'))
    if ((await rootOf(file)) === 'annotations') files.push(file);
  return files;
}

/** @throws UsageError where a file that is named itself is no such XML */
export async function readCvat(reading: Reading): Promise<Findings> {
  const all: Findings[] = [];
  for (const file of reading.place.isFolder ? await cvatFiles(reading.place) : [reading.place.path]) {
    all.push(await readFile(await readXml(file, 'annotations'), file, reading));
  }
  return joined(all);
}

async function readFile(root: Element, file: string, reading: Reading): Promise<Findings> {
  const tasks = cvatTasks(childAt(root, 'meta'));
  const tracks = readTracks(children(root, 'track'), tasks, file);
  const images = await readImages(children(root, 'image'), tasks, file, reading);
  return {
    pictures: images.pictures,
    clips: [...tracks.clips, ...images.clips],
    leftOut: [...tracks.leftOut, ...images.leftOut],
    notes: tracks.notes,
    unkept: cvatUnkept(root),
  };
}

/** The task that a track or image says it is of; the only one where it says nothing. */
function taskOf(element: Element, tasks: readonly [CvatTask, ...CvatTask[]]): CvatTask {
  const id = attribute(element, 'task_id');
  const named = tasks.find((task) => task.id !== undefined && task.id === id);
  return (
    named ?? (tasks.length === 1 ? tasks[0] : { ...tasks[0], id, source: `task ${id ?? 'without a number'}` })
  );
}

function referenceOf(task: CvatTask, file: string, isOnly: boolean): ClipReference {
  const names = [task.source, ...(isOnly ? [stem(file)] : []), ...(task.source ? [] : [task.name])];
  return { id: task.clip, names: names.flatMap((name) => name ?? []), isOnly };
}

function readTracks(
  tracks: readonly Element[],
  tasks: readonly [CvatTask, ...CvatTask[]],
  file: string,
): { clips: ClipEntry[]; leftOut: Problem[]; notes: string[] } {
  const leftOut: Problem[] = [];
  const notes: string[] = [];
  const clips: ClipEntry[] = [];
  for (const [task, own] of Map.groupBy(tracks, (track) => taskOf(track, tasks))) {
    const read = own.map((track) => readTrack(track, task, file, leftOut));
    const numbers = trackNumbers(
      read.map(({ number, boxes }) => ({ number, frames: boxes.map(({ frame }) => frame) })),
    );
    const boxes = read.flatMap((track, i) => track.boxes.map((box) => ({ ...box, track: numbers[i]! }))); // one each
    clips.push({
      clip: referenceOf(task, file, tasks.length === 1),
      file,
      boxes,
      doubtful: read.flatMap((track) => track.doubtful),
    });
    const filled = read.reduce((sum, track) => sum + track.filled, 0);
    if (filled > 0) notes.push(`${file}: ${counted(filled, 'box')} between keyframes, as CVAT draws them`);
    for (const [i, { openEnd }] of read.entries()) {
      if (openEnd === undefined) continue;
      const id = attribute(own[i]!, 'id') ?? ''; // one each
      notes.push(
        `${file}: track ${id} has no end after frame ${openEnd}: CVAT draws it on, no labels are made of that`,
      );
    }
  }
  return { clips, leftOut, notes };
}

/**
 * Our own number where a track has one that no other has on its frames; else the next that is free. A group is no track:
 * several animals may be in one.
 */
function trackNumbers(
  tracks: readonly { number: number | undefined; frames: readonly number[] }[],
): number[] {
  const frames = new Map<number, Set<number>>();
  const isFree = ({ number, frames: wanted }: (typeof tracks)[number]) =>
    number !== undefined &&
    Number.isInteger(number) &&
    !wanted.some((frame) => frames.get(number)?.has(frame));
  const kept = tracks.map((track) => {
    if (!isFree(track) || track.number === undefined) return undefined;
    frames.set(track.number, new Set([...(frames.get(track.number) ?? []), ...track.frames]));
    return track.number;
  });
  let next = 0;
  return kept.map((number) => {
    if (number !== undefined) return number;
    do next += 1;
    while (frames.has(next));
    return next;
  });
}

/** Pictures; or frames of a clip, where the task is of a video. */
async function readImages(
  images: readonly Element[],
  tasks: readonly [CvatTask, ...CvatTask[]],
  file: string,
  reading: Reading,
): Promise<Omit<Findings, 'notes'>> {
  const ofClips = images.filter((image) => isFrame(image, taskOf(image, tasks)));
  const ofPictures = images.filter((image) => !isFrame(image, taskOf(image, tasks)));
  const { roots, near } = pictureRoots(reading, file);
  const names = ofPictures.map((image) => attribute(image, 'name') ?? '');
  const found = await findPictures(
    ofPictures.map((image, i) => ({
      name: names[i]!,
      near,
      subset: attribute(image, 'subset'),
      byStem: true,
    })), // one each
    roots,
    reading.place,
  );
  const leftOut = missingPictures(file, names, found, roots);
  const pictures = ofPictures.flatMap((image, i): PictureEntry[] => {
    const at = found[i]!; // one each
    if (!('path' in at)) return [];
    const [width, height] = [numericAttribute(image, 'width'), numericAttribute(image, 'height')];
    const size: Partial<Size> = { ...(width ? { width } : {}), ...(height ? { height } : {}) };
    return [
      {
        path: at.path,
        file,
        size,
        ...readShapes(image, file),
        split: splitNamed([attribute(image, 'subset') ?? '']),
      },
    ];
  });
  const clips: ClipEntry[] = [];
  for (const [task, own] of Map.groupBy(ofClips, (image) => taskOf(image, tasks))) {
    const boxes: ClipEntry['boxes'][number][] = [];
    const doubtful: number[] = [];
    for (const image of own) {
      const { boxes: shapes, refused, isEmpty } = readShapes(image, file);
      leftOut.push(...refused);
      const frame = (numericAttribute(image, 'id') ?? Number.NaN) - task.offset;
      if (!Number.isInteger(frame) || frame < 0) {
        const where = `image ${attribute(image, 'name') ?? ''}`;
        leftOut.push(
          problem(file, undefined, where, {
            found: `id ${attribute(image, 'id')}`,
            expected: 'its frame',
            count: Math.max(1, shapes.length),
          }),
        );
        continue;
      }
      const known = { frame, cause: 'hand', score: null, review: null } as const;
      for (const shape of shapes) boxes.push({ ...shape, ...known });
      if (refused.length > 0) doubtful.push(frame);
      else if (isEmpty) boxes.push({ ...known, box: null });
    }
    clips.push({ clip: referenceOf(task, file, tasks.length === 1), file, boxes, doubtful });
  }
  return { pictures, clips, leftOut };
}

/** Whether it is a frame of a video: those are called `frame_000007`, and have no extension. */
function isFrame(image: Element, task: CvatTask): boolean {
  const name = attribute(image, 'name') ?? '';
  return !isPictureName(name) && (/(^|[\\/])frame_\d+$/i.test(name) || task.source !== undefined);
}

function readShapes(
  image: Element,
  file: string,
): { boxes: FoundBox[]; refused: Problem[]; isEmpty: boolean } {
  const boxes: FoundBox[] = [];
  const refused: Problem[] = [];
  const name = baseName(attribute(image, 'name') ?? '');
  for (const shape of cvatShapes) {
    for (const element of children(image, shape)) {
      const box = collect(refused, file, undefined, () => uprightBox(shape, element));
      const label = attribute(element, 'label');
      if (box !== undefined) boxes.push({ box, label });
    }
  }
  const tags = children(image, 'tag').map((tag) => attribute(tag, 'label') ?? 'a tag');
  const others = tags.filter((tag) => !saysEmpty(tag));
  // A tag beside boxes describes the picture; alone it says that an animal is there, and not where.
  if (boxes.length === 0 && refused.length === 0 && others.length > 0) {
    refused.push(refusal(file, name, `the tag ${others.join(', ')} without a box`, 'a box'));
  }
  if (tags.length > others.length && boxes.length > 0) {
    refused.push(
      refusal(file, name, `the tag "empty" beside ${counted(boxes.length, 'box')}`, 'the one or the others'),
    );
  }
  return { boxes, refused, isEmpty: boxes.length === 0 };
}

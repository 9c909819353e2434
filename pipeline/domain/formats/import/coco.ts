/**
 * COCO detection files: one, or one a split (`annotations/instances_<split>.json`, `<split>/_annotations.coco.json`), with
 * their pictures; also those of camera traps, whose annotations have no box. cocodataset.org/#format-data
 */
import { basename, dirname, sep } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import { splitNamed } from '../dataset-entry.ts';
import { baseName } from '../file-name.ts';
import { fields, isObject, items, numberIn, shown, textIn } from '../json.ts';
import { counted, listed, type Problem, problem } from '../problem.ts';
import { cocoBox } from './coco-box.ts';
import { findPictures, type WantedPicture } from './find-pictures.ts';
import { jsonFilesOf } from './json-kind.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import { refusal } from './settle-pictures.ts';
import {
  type Findings,
  type FoundBox,
  joined,
  type PictureEntry,
  type Reading,
  saysEmpty,
} from './source.ts';
import { Unkept, type UnkeptCounts } from './unkept.ts';

/** An entry of `images`. */
interface CocoImage {
  readonly id: string;
  readonly name: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

type Fields = ReturnType<typeof fields>;

/** @throws UsageError where a file that is named itself is no COCO file */
export async function readCoco(reading: Reading): Promise<Findings> {
  const { place } = reading;
  const all: Findings[] = [];
  const { files, others } = chosen(await jsonFilesOf(place, 'coco'));
  for (const file of files) {
    const document = await place.json(file);
    if (!isObject(document) || !Array.isArray(document.images)) {
      throw new UsageError(`${file} is no COCO detection file`, {
        found: document === undefined ? 'no JSON' : shown(Object.keys(fields(document))),
        expected: 'images, annotations and categories',
      });
    }
    all.push(await readDocument(document, file, reading));
  }
  const read = joined(all);
  if (others.length === 0) return read;
  const names = listed(others.map(baseName));
  return {
    ...read,
    notes: [...read.notes, `${place.path}: not read, for there are instances_*.json: ${names}`],
  };
}

/** COCO's own layout has captions, key points and masks of the same pictures beside the instances. */
function chosen(files: readonly string[]): { files: readonly string[]; others: readonly string[] } {
  const instances = files.filter((file) => /^instances_.+\.json$/i.test(basename(file)));
  if (instances.length === 0) return { files, others: [] };
  return { files: instances, others: files.filter((file) => !instances.includes(file)) };
}

async function readDocument(document: Fields, file: string, reading: Reading): Promise<Findings> {
  const leftOut: Problem[] = [];
  const images = readImages(items(document.images), file, leftOut);
  if (!Array.isArray(document.annotations)) {
    const found = `${counted(images.length, 'image')}, no annotations`;
    const expected = 'a list of annotations: without it nothing is known of the pictures';
    return {
      pictures: [],
      clips: [],
      leftOut: [problem(file, undefined, 'annotations', { found, expected })],
      notes: [],
    };
  }
  const names = categoryNames(listOf(document.categories));
  const byImage = Map.groupBy(document.annotations.map(fields), ({ image_id }) => textIn(image_id) ?? '');
  const known = new Set(images.map(({ id }) => id));
  for (const [id, annotations] of byImage) {
    if (!known.has(id)) leftOut.push(ofNoImage(file, id, annotations.length));
  }
  const split = subsetOf(file);
  const { roots, near } = pictureRoots(reading, file);
  const wanted: WantedPicture[] = images.map(({ name }) => ({ name, near, subset: split }));
  const found = await findPictures(wanted, roots, reading.place);
  leftOut.push(
    ...missingPictures(
      file,
      images.map(({ name }) => name),
      found,
      roots,
    ),
  );
  const pictures = images.flatMap((image, i): PictureEntry[] => {
    const at = found[i]!; // one an image
    if (!('path' in at)) return [];
    const { boxes, refused } = readAnnotations(byImage.get(image.id) ?? [], file, image, names);
    const { width, height } = image;
    const size = { ...(width ? { width } : {}), ...(height ? { height } : {}) };
    return [
      {
        path: at.path,
        file,
        size,
        boxes,
        refused,
        split: splitNamed([...(near ?? '').split(sep), split ?? '']),
      },
    ];
  });
  return { pictures, clips: [], leftOut, notes: [], unkept: unkeptOf(document) };
}

/** Images by id; of an id that is there for two pictures, neither's annotations are known. */
function readImages(list: readonly unknown[], file: string, leftOut: Problem[]): CocoImage[] {
  const images = list.map(fields).flatMap((image): CocoImage[] => {
    const [id, name] = [textIn(image.id), textIn(image.file_name)];
    if (id !== undefined && name !== undefined) {
      return [{ id, name, width: numberIn(image.width), height: numberIn(image.height) }];
    }
    leftOut.push(refusal(file, 'an image', shown(image), 'id and file_name'));
    return [];
  });
  return [...Map.groupBy(images, ({ id }) => id)].flatMap(([id, same]) => {
    const names = [...new Set(same.map(({ name }) => name))];
    if (names.length === 1) return same.slice(0, 1);
    leftOut.push(
      problem(file, undefined, `image id ${id} is that of ${names.length} pictures, none of which is used`, {
        found: listed(names),
        expected: 'an id of its own for each',
        count: names.length,
      }),
    );
    return [];
  });
}

/** A list, or what some tools write for one: names, or categories, by id. */
function listOf(categories: unknown): readonly unknown[] {
  if (!isObject(categories)) return items(categories);
  return Object.entries(categories).map(([id, value]) =>
    isObject(value) ? { id, ...value } : { id, name: value },
  );
}

/** Names by id; null where one id has two names. */
function categoryNames(list: readonly unknown[]): Map<string, string | null> {
  const names = new Map<string, string | null>();
  for (const category of list.map(fields)) {
    const [id, name] = [textIn(category.id), textIn(category.name)];
    if (id === undefined || name === undefined) continue;
    names.set(id, names.has(id) && names.get(id) !== name ? null : name);
  }
  return names;
}

/** Fields that are used, or said by those that are. */
const used = {
  document: new Set(['images', 'annotations', 'categories', 'info', 'licenses']),
  image: new Set(['id', 'file_name', 'width', 'height']),
  category: new Set(['id', 'name']),
  annotation: new Set([
    ...['id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'segmentation', 'attributes'],
    'sequence_level_annotation',
  ]),
  attributes: new Set(['rotation', 'keyframe']),
};

/** What has no place; an outline beside its box is one of them. */
function unkeptOf(document: Fields): UnkeptCounts {
  const unkept = new Unkept();
  unkept.rest(document, used.document);
  for (const image of items(document.images)) unkept.rest(fields(image), used.image, 'image ');
  for (const category of listOf(document.categories))
    unkept.rest(fields(category), used.category, 'category ');
  for (const annotation of items(document.annotations).map(fields)) {
    unkept.rest(annotation, used.annotation);
    unkept.rest(fields(annotation.attributes), used.attributes);
    const { segmentation } = annotation;
    if (items(segmentation).length > 0 || isObject(segmentation)) unkept.add('outlines');
  }
  return unkept.counts;
}

function ofNoImage(file: string, id: string, count: number): Problem {
  return problem(file, undefined, `${counted(count, 'annotation')} of no image`, {
    found: `image_id ${id || 'nothing'}`,
    expected: 'the id of one of its images',
    count,
  });
}

/** Boxes of one picture; what can't become one takes the picture out. */
function readAnnotations(
  annotations: readonly Fields[],
  file: string,
  { name }: CocoImage,
  names: ReadonlyMap<string, string | null>,
): { boxes: FoundBox[]; refused: Problem[] } {
  const boxes: FoundBox[] = [];
  const refused: Problem[] = [];
  let empty = 0;
  for (const annotation of annotations) {
    const where = `annotation ${textIn(annotation.id) ?? ''} of ${name}`;
    const refuse = (found: string, expected: string) => refused.push(refusal(file, where, found, expected));
    const category = textIn(annotation.category_id);
    const label = category === undefined ? undefined : names.get(category);
    if (typeof label === 'string' && saysEmpty(label) && cocoBox(annotation) === undefined) {
      empty += 1;
      continue;
    }
    if (label === null || (label === undefined && (names.size > 0 || category === undefined))) {
      refuse(
        `category_id ${category ?? shown(annotation.category_id)}`,
        `one of ${listed([...names.keys()], 10)}`,
      );
      continue;
    }
    if (numberIn(annotation.iscrowd) === 1) {
      refuse('a crowd (iscrowd 1)', 'a box for each animal');
      continue;
    }
    const box = cocoBox(annotation);
    if (box === undefined) refuse(whatItHas(annotation, label), 'a bbox [x, y, w, h], or a segmentation');
    else boxes.push({ box, label });
  }
  if (empty > 0 && boxes.length + refused.length > 0) {
    refused.push(
      refusal(file, name, `"empty" beside ${boxes.length + refused.length} others`, 'the one or the others'),
    );
  }
  return { boxes, refused };
}

function whatItHas({ bbox }: Fields, label: string | undefined): string {
  return bbox === undefined || bbox === null
    ? `${label ?? 'an annotation'} without a box`
    : `bbox ${shown(bbox)}`;
}

/** `train` of `instances_train.json`; of another file the folder that it lies in, if that is called like a split. */
function subsetOf(file: string): string | undefined {
  const name = /^(?:instances|person_keypoints|panoptic|labels)_(.+)\.json$/i.exec(basename(file))?.[1];
  if (name !== undefined) return name;
  const folder = basename(dirname(file));
  return splitNamed([folder]) === undefined ? undefined : folder;
}

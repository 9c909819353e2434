/**
 * Label Studio's JSON: tasks with annotations, of pictures and of videos; sides in percent. Predictions are a model's and
 * not used. https://labelstud.io/guide/export
 */
import { UsageError } from '../../../runtime/errors.ts';
import { isPictureName } from '../../vision/picture-files.ts';
import { baseName } from '../file-name.ts';
import { fields, isObject, items, shown, textIn } from '../json.ts';
import { counted, type Problem, problem } from '../problem.ts';
import { findPictures } from './find-pictures.ts';
import { jsonFilesOf } from './json-kind.ts';
import { type Region, regionsOf, trackBoxes } from './label-studio-regions.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import { refusal } from './settle-pictures.ts';
import {
  type ClipEntry,
  type Findings,
  joined,
  type PictureEntry,
  type Reading,
  saysEmpty,
} from './source.ts';
import { Unkept } from './unkept.ts';

type Fields = ReturnType<typeof fields>;

/** @throws UsageError where a file that is named itself is no such file */
export async function readLabelStudio(reading: Reading): Promise<Findings> {
  const all: Findings[] = [];
  for (const file of await jsonFilesOf(reading.place, 'label-studio')) {
    const document = await reading.place.json(file);
    const tasks = (Array.isArray(document) ? document : [document]).filter(isObject);
    if (tasks.length === 0) {
      throw new UsageError(`${file} is no export of Label Studio`, {
        found: shown(document),
        expected: 'a list of tasks',
      });
    }
    all.push(await readTasks(tasks, file, reading));
  }
  return joined(all);
}

/** A task that somebody annotated. */
interface Task {
  /** Address of its picture or video. */
  readonly source: string;
  readonly regions: readonly Region[];
}

async function readTasks(tasks: readonly Fields[], file: string, reading: Reading): Promise<Findings> {
  const leftOut: Problem[] = [];
  const notes: string[] = [];
  const unkept = new Unkept();
  let predictions = 0;
  const read = tasks.flatMap((task, i): Task[] => {
    predictions += items(task.predictions).length;
    const where = `task ${textIn(task.id) ?? i + 1}`;
    addUnkept(task, unkept);
    const source = sourceOf(task);
    const annotation = annotationOf(task, where, notes, file);
    if (source !== undefined && typeof annotation !== 'string')
      return [{ source, regions: regionsOf(annotation) }];
    const found = source === undefined ? 'no picture or video' : `${baseName(source)}, ${annotation}`;
    leftOut.push(refusal(file, where, found, 'a picture or video, and an annotation'));
    return [];
  });
  if (predictions > 0) notes.push(`${file}: a model’s, and not used: ${counted(predictions, 'prediction')}`);
  const isVideo = ({ source }: Task) => !isPictureName(localName(source));
  const clips = read.filter(isVideo).map((task) => clipOf(task, file, leftOut));
  const pictures = await picturesOf(
    read.filter((task) => !isVideo(task)),
    file,
    reading,
    leftOut,
  );
  return { pictures, clips, leftOut, notes, unkept: unkept.counts };
}

/** What is used, or said by what is; the rest of `value` is the region's shape. */
const usedOfRegion = new Set([
  ...['id', 'type', 'value', 'from_name', 'to_name', 'original_width', 'original_height'],
  ...['image_rotation', 'origin', 'readonly', 'hidden', 'parentID', 'item_index', 'locked'],
]);

/** Texts, ratings, choices beside boxes, notes of regions, relations; the shape of what is no rectangle. */
function addUnkept(task: Fields, unkept: Unkept): void {
  const regions = items(task.annotations ?? task.completions).flatMap((annotation) =>
    items(fields(annotation).result).map(fields),
  );
  const hasBox = regions.some(({ value }) => 'width' in fields(value) || 'points' in fields(value));
  for (const region of regions) {
    if (region.type === 'relation') unkept.add('relations');
    else unkept.rest(region, usedOfRegion);
    const value = fields(region.value);
    if ('points' in value || 'radiusX' in value) unkept.add('outlines');
    for (const key of ['text', 'number', 'rating', 'datetime', 'taxonomy']) if (key in value) unkept.add(key);
    for (const choice of hasBox ? items(value.choices) : []) unkept.add(`choice ${shown(choice)}`);
  }
}

/** The regions of a task, or why there are none that can be used. */
function annotationOf(
  task: Fields,
  where: string,
  notes: string[],
  file: string,
): readonly unknown[] | string {
  if (!isObject(task.data)) return minimalRegions(task);
  const all = items(task.annotations ?? task.completions).map(fields);
  const done = all.filter(({ was_cancelled: cancelled, skipped }) => cancelled !== true && skipped !== true);
  if (all.length === 0) return 'not annotated';
  const best = done.find(({ ground_truth: isTruth }) => isTruth === true) ?? done.toSorted(byAge).at(-1);
  if (best === undefined) return 'skipped by its annotator';
  if (done.length > 1)
    notes.push(`${file}: ${where} has ${done.length} annotations: the ground truth, or the last, is used`);
  return items(best.result);
}

function byAge(a: Fields, b: Fields): number {
  const age = ({ updated_at: updated, created_at: created }: Fields) =>
    textIn(updated) ?? textIn(created) ?? '';
  return age(a) < age(b) ? -1 : Number(age(a) > age(b));
}

/** `JSON_MIN` has a list a control tag, in the task itself, without types. */
function minimalRegions(task: Fields): readonly unknown[] {
  return Object.values(task)
    .filter((value) => Array.isArray(value))
    .flatMap((value) => items(value))
    .filter(isObject)
    .map((value) => ({
      value,
      original_width: value.original_width,
      original_height: value.original_height,
    }));
}

/** The address in `data`: that of a picture or video; `JSON_MIN` has it in the task itself. */
function sourceOf(task: Fields): string | undefined {
  const texts = Object.entries(isObject(task.data) ? task.data : task).flatMap(([key, value]) => {
    const text = textIn(value);
    return text !== undefined && /\.[a-z0-9]{2,5}$/i.test(localName(text)) ? [{ key, text }] : [];
  });
  const usual = texts.find(({ key }) => /^(image|img|video|picture|file)/i.test(key));
  return (usual ?? texts[0])?.text;
}

/** `/data/local-files/?d=folder/a.jpg` and `https://…/a.jpg?token` as `folder/a.jpg` and `…/a.jpg`. */
function localName(source: string): string {
  const path = /[?&]d=([^&]+)/.exec(source)?.[1] ?? source.replace(/[?#].*$/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Uploaded files have 8 digits of a hash before their name. */
function withoutHash(name: string): string {
  return name.replace(/(^|[\\/])[0-9a-f]{8}-(?=[^\\/]+$)/i, '$1');
}

async function picturesOf(
  tasks: readonly Task[],
  file: string,
  reading: Reading,
  leftOut: Problem[],
): Promise<PictureEntry[]> {
  const { roots, near } = pictureRoots(reading, file);
  const names = tasks.map(({ source }) => localName(source));
  const asNamed = await findPictures(
    names.map((name) => ({ name, near })),
    roots,
    reading.place,
  );
  const asUploaded = await findPictures(
    names.map((name) => ({ name: withoutHash(name), near })),
    roots,
    reading.place,
  );
  const found = asNamed.map((at, i) => ('reason' in at && at.reason === 'missing' ? asUploaded[i]! : at)); // one each
  leftOut.push(...missingPictures(file, names, found, roots));
  return tasks.flatMap(({ regions }, i): PictureEntry[] => {
    const at = found[i]!; // one each
    if (!('path' in at)) return [];
    const name = baseName(names[i]!); // one each
    const boxes = regions.flatMap(({ box }) => box ?? []);
    const refused = regions.flatMap(({ problem }) =>
      problem ? [refusal(file, name, problem, 'a rectangle, polygon or ellipse with a label')] : [],
    );
    const choices = regions.flatMap((region) => region.choices ?? []);
    const others = choices.filter((choice) => !saysEmpty(choice));
    if (boxes.length + refused.length === 0 && others.length > 0) {
      refused.push(refusal(file, name, `the choice ${others.join(', ')} without a box`, 'a box'));
    }
    const size = regions.find((region) => region.size !== undefined)?.size;
    return [{ path: at.path, file, ...(size ? { size } : {}), boxes, refused }];
  });
}

function clipOf({ source, regions }: Task, file: string, leftOut: Problem[]): ClipEntry {
  const name = localName(source);
  for (const region of regions) {
    if (region.problem)
      leftOut.push(refusal(file, baseName(name), region.problem, 'a video rectangle with a label'));
  }
  const tracks = regions.filter((region) => region.sequence !== undefined);
  const boxes = tracks.flatMap((region, i) => trackBoxes(region, i + 1));
  const bare = regions.filter(({ box }) => box !== undefined).length;
  if (bare > 0) {
    const facts = {
      found: `${counted(bare, 'box')} without a frame`,
      expected: 'a sequence of frames',
      count: bare,
    };
    leftOut.push(problem(file, undefined, baseName(name), facts));
  }
  return { clip: { names: [name, withoutHash(name)] }, file, boxes };
}

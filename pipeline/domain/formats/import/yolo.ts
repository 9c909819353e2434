/**
 * A folder of pictures with YOLO labels, as its trainers and exporters have them: `images/` and `labels/`, with splits
 * below or above (`images/train`, `train/images`), pictures and labels in one folder, `obj_train_data/` with `obj.data`.
 * A picture without a label file shows no animal: so Ultralytics has it.
 */
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import { isPictureName } from '../../vision/picture-files.ts';
import { splitNamed } from '../dataset-entry.ts';
import { collect, counted, listed, type Problem, problem } from '../problem.ts';
import { readText } from '../text.ts';
import type { Place } from './place.ts';
import type { Findings, FoundBox, PictureEntry, Reading } from './source.ts';
import { Unkept } from './unkept.ts';
import { classNames, type DataYaml, findDataYaml, readDataYaml, withAbove } from './yolo-classes.ts';
import { parseRow, type YoloClasses } from './yolo-row.ts';

/** Text files beside the labels that are none. */
const noLabels =
  /^(classes|labels|names|train|val|valid|test|notes?|requirements|license|.*readme.*|predefined_classes)$/i;

/** Files that are opened to find out whether they are labels. */
const MOST_LABELS = 20;

/** Pictures and labels of a folder. */
interface YoloFiles {
  readonly pictures: readonly string[];
  readonly labels: LabelFiles;
  readonly yaml: DataYaml | undefined;
  /** Lists of pictures: `train.txt` of darknet. */
  readonly lists: readonly string[];
}

/** Whether pictures have YOLO labels there. */
export async function isYolo(place: Place): Promise<boolean> {
  if (!place.isFolder) return /\.ya?ml$/i.test(place.path);
  const { pictures, labels, lists } = await yoloFiles(place);
  if (pictures.some((picture) => labels.of(picture) !== undefined)) return true;
  // Labels whose pictures are elsewhere: to be named.
  if (lists.length === 0) return false;
  for (const label of labels.files.slice(0, MOST_LABELS)) if (await hasRows(label)) return true;
  return false;
}

/** @throws UsageError where the classes have no names */
export async function readYolo({ place }: Reading): Promise<Findings> {
  const files = await yoloFiles(place);
  const classes = files.yaml ?? (await namesIn(place, files));
  const leftOut: Problem[] = [];
  const pictures: PictureEntry[] = [];
  const used = new Map<string, string[]>();
  const unkept = new Unkept();
  let withoutFile = 0;
  for (const path of files.pictures) {
    const file = files.labels.of(path);
    if (file === undefined) withoutFile += 1;
    else used.set(file, [...(used.get(file) ?? []), path]);
    const refused: Problem[] = [];
    const boxes = file === undefined ? [] : await readRows(file, classes, refused, unkept);
    const split = splitNamed(relative(place.root, path).split(sep).slice(0, -1));
    pictures.push({ path, file: file ?? place.path, boxes, refused, split });
  }
  leftOut.push(...(await pictureless(files, new Set(used.keys()))));
  if (used.size === 0) {
    const found = `${counted(pictures.length, 'picture')}, none with a label file`;
    const expected = 'labels/<name>.txt, or <name>.txt beside the picture';
    return {
      pictures: [],
      clips: [],
      leftOut: [...leftOut, problem(place.path, undefined, 'no labels', { found, expected })],
      notes: [],
    };
  }
  const without = `without a label file, taken as without an animal: ${withoutFile} of ${counted(pictures.length, 'picture')}`;
  const notes = [...(withoutFile === 0 ? [] : [`${place.path}: ${without}`]), ...sharedLabels(used)];
  return { pictures, clips: [], leftOut, notes, unkept: unkept.counts };
}

/** `a.jpg` and `a.png` both have `a.txt`, as every reader of the format takes it; said, since one of them may be a copy. */
function sharedLabels(used: ReadonlyMap<string, readonly string[]>): string[] {
  const shared = [...used].filter(([, pictures]) => pictures.length > 1);
  const [first] = shared;
  if (!first) return [];
  const [file, pictures] = first;
  const others = shared.length > 1 ? `, and ${shared.length - 1} more like it` : '';
  return [`${file}: taken as the labels of ${pictures.map((path) => basename(path)).join(' and ')}${others}`];
}

async function yoloFiles(place: Place): Promise<YoloFiles> {
  const yaml = place.isFolder ? await findDataYaml(place.path) : await readDataYaml(place.path);
  const folder = place.isFolder ? place : await place.other(dirname(place.path));
  let own = await folder.files();
  own = own.concat(await besides(folder));
  if (yaml !== undefined && !own.some(isPictureName)) {
    for (const path of yaml.pictures) own = own.concat(await withLabels(path, place));
  }
  const texts = [...new Set(own)].filter((file) => extname(file).toLowerCase() === '.txt');
  const pictures = [...new Set(own)].filter(isPictureName).sort();
  // A picture may be called like a list, and then its labels are.
  const called = new Set(pictures.map((picture) => stemOf(picture)));
  const isLabel = (file: string) =>
    !noLabels.test(stemOf(file)) || (called.has(stemOf(file)) && !/classes$/i.test(stemOf(file)));
  return {
    pictures,
    labels: new LabelFiles(texts.filter(isLabel)),
    yaml,
    lists: texts.filter((file) => /^(train|val|valid|test)\.txt$/i.test(basename(file))),
  };
}

/** The folder of labels beside one of pictures that is given alone, and the other way round. */
async function besides(folder: Place): Promise<readonly string[]> {
  const other = new Map([
    ['images', 'labels'],
    ['labels', 'images'],
  ]).get(basename(folder.path).toLowerCase());
  if (other === undefined) return [];
  const beside = await folder.other(join(dirname(folder.path), other)).catch(() => undefined);
  return (await beside?.files()) ?? [];
}

/** Pictures of a folder that a `data.yaml` names, and the labels beside. */
async function withLabels(path: string, place: Place): Promise<readonly string[]> {
  const pictures = await (await place.other(path)).files();
  const labels = await place.other(labelFolder(path)).catch(() => undefined);
  return [...pictures, ...((await labels?.files()) ?? [])];
}

/** The last `images` of a path is `labels`, as Ultralytics has it. */
function labelFolder(path: string): string {
  const folders = path.split(sep);
  const at = folders.findLastIndex((folder) => /^images$/i.test(folder));
  return at === -1 ? path : folders.with(at, 'labels').join(sep);
}

/** Label files by the path of their picture; the case of letters counts where two differ by nothing else. */
class LabelFiles {
  readonly files: readonly string[];
  readonly #exact: ReadonlyMap<string, string>;
  readonly #anyCase: ReadonlyMap<string, readonly string[]>;

  constructor(files: readonly string[]) {
    this.files = files;
    this.#exact = new Map(files.map((file) => [withoutExtension(file), file]));
    this.#anyCase = Map.groupBy(files, (file) => withoutExtension(file).toLowerCase());
  }

  /** Beside the picture, or where `labels` stands for `images`; `a.jpg.txt` is `a.jpg`'s as well. */
  of(picture: string): string | undefined {
    const bare = withoutExtension(picture);
    const paths = [labelFolder(bare), bare, labelFolder(picture), picture];
    for (const path of paths) {
      const alike = this.#anyCase.get(path.toLowerCase()) ?? [];
      const file = this.#exact.get(path) ?? (alike.length === 1 ? alike[0] : undefined);
      if (file !== undefined) return file;
    }
    return undefined;
  }
}

function stemOf(path: string): string {
  return basename(path, extname(path)).toLowerCase();
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

async function readRows(
  file: string,
  classes: YoloClasses,
  refused: Problem[],
  unkept: Unkept,
): Promise<FoundBox[]> {
  const rows = (await readText(file)).split(/\r\n|\r|\n/);
  return rows.flatMap((row, i) => {
    if (row.trim() === '') return [];
    return collect(refused, file, i + 1, () => parseRow(row, classes, unkept)) ?? [];
  });
}

async function namesIn(place: Place, { labels }: YoloFiles): Promise<YoloClasses> {
  const folders = [...withAbove(place.root), ...new Set(labels.files.map(dirname))];
  try {
    return await classNames([place.path, ...folders]);
  } catch (error) {
    throw new UsageError(`${place.path} does not say what its classes are called`, {
      found: 'neither data.yaml nor classes.txt',
      expected: 'one of them',
      cause: error,
    });
  }
}

/** Labels and lists that speak of pictures which are not there. */
async function pictureless(
  { pictures, labels, lists }: YoloFiles,
  used: ReadonlySet<string>,
): Promise<Problem[]> {
  const missing: string[] = [];
  for (const file of labels.files) {
    if (!used.has(file) && (await hasRows(file))) missing.push(file);
  }
  const stems = new Set(
    [...pictures, ...missing].map((path) => withoutExtension(basename(path)).toLowerCase()),
  );
  for (const list of lists) {
    const named = (await readText(list)).split(/\r\n|\r|\n/).filter((line) => isPictureName(line.trim()));
    for (const name of named) {
      if (!stems.has(withoutExtension(basename(name.trim().replaceAll('\\', '/'))).toLowerCase()))
        missing.push(name.trim());
    }
  }
  if (missing.length === 0) return [];
  const where = missing.length === 1 ? missing[0]! : counted(missing.length, 'labelled picture'); // one of them
  return [
    problem(where, undefined, missing.length === 1 ? 'its picture is missing' : 'are missing', {
      found: `labels alone: ${listed(missing)}`,
      expected: 'a picture of the same name in images/, or beside its labels',
      count: missing.length,
    }),
  ];
}

/** Whether it may be labels at all: its first line has a class and numbers; or it is empty in a folder of labels. */
async function hasRows(file: string): Promise<boolean> {
  const first = (await readText(file)).split(/\r\n|\r|\n/).find((line) => line.trim() !== '');
  if (first === undefined)
    return dirname(file)
      .split(sep)
      .some((folder) => /^(labels|obj_.*data)$/i.test(folder));
  const cells = first.trim().split(/[\s,;]+/);
  return cells.length >= 5 && cells.slice(1).every((text) => Number.isFinite(Number(text)));
}

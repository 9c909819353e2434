/** Which tool wrote what lies at a place: found once, for `import`, `--hand` and `eval --truth` alike. */
import { basename, extname } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import { fields } from '../json.ts';
import { listed } from '../problem.ts';
import { readText } from '../text.ts';
import { boxTables } from './csv.ts';
import { cvatFiles } from './cvat.ts';
import { jsonKind } from './json-kind.ts';
import { motFiles } from './mot.ts';
import type { Place } from './place.ts';
import type { ImportFormat } from './source.ts';
import { vocFiles } from './voc.ts';
import { rootOf } from './xml-file.ts';
import { isYolo } from './yolo.ts';

/** By name, for the command line. */
export const importFormats: readonly ImportFormat[] = [
  'csv',
  'yolo',
  'coco',
  'voc',
  'cvat',
  'mot',
  'megadetector',
  'labelme',
  'label-studio',
];

/** What is expected where nothing is known. */
const expectedLabels =
  'a CSV of boxes, COCO, YOLO (with data.yaml or classes.txt), VOC, CVAT, MOT, MegaDetector, LabelMe or Label Studio';

/** JSON files that are opened to find out whose they are. */
const MOST_JSON = 50;

/** All formats that are there, the one to be read first. @throws UsageError where there is none */
export async function detectFormats(place: Place): Promise<readonly [ImportFormat, ...ImportFormat[]]> {
  const [first, ...others] = place.isFolder ? await formatsOfFolder(place) : await formatOfFile(place);
  if (first !== undefined) return [first, ...others];
  const files = await place.files();
  throw new UsageError(`${place.path} has no labels that we know`, {
    found: place.isFolder ? `${contentsText(files)}${brokenText(place)}` : await fileText(place),
    expected: expectedLabels,
  });
}

async function formatOfFile(place: Place): Promise<ImportFormat[]> {
  const { path } = place;
  const extension = extname(path).toLowerCase();
  if (isPacked(path)) {
    throw new UsageError(`${path} is packed`, {
      found: `a ${extension.slice(1)} archive`,
      expected: 'the folder that comes out when it is unpacked',
    });
  }
  if (extension === '.json') return list(jsonKind(await place.json(path)));
  if (extension === '.xml') return list(xmlKind(await rootOf(path)));
  if (/^\.ya?ml$/.test(extension)) return ['yolo'];
  if (/^(gt|det)\.txt$/i.test(basename(path))) return ['mot'];
  if (extension === '.txt' && isMotText(await readText(path))) return ['mot'];
  return /^\.(csv|tsv|txt)$/.test(extension) ? ['csv'] : [];
}

/** A person's before a model's; of two views of one dataset the one that says more. */
async function formatsOfFolder(place: Place): Promise<ImportFormat[]> {
  const json = new Set<ImportFormat>();
  for (const file of (await place.filesOf('.json')).slice(0, MOST_JSON)) {
    const kind = jsonKind(await place.json(file));
    if (kind !== undefined) json.add(kind);
  }
  const found: ImportFormat[] = [];
  if (json.has('coco')) found.push('coco');
  if (await isYolo(place)) found.push('yolo');
  if ((await vocFiles(place, 1)).length > 0) found.push('voc');
  if ((await cvatFiles(place)).length > 0) found.push('cvat');
  if (json.has('labelme')) found.push('labelme');
  if (json.has('label-studio')) found.push('label-studio');
  if ((await motFiles(place)).length > 0) found.push('mot');
  if (json.has('megadetector')) found.push('megadetector');
  if (found.length === 0 && (await boxTables(place)).length > 0) found.push('csv');
  return found;
}

function brokenText({ unreadable }: Place): string {
  const names = [...unreadable].map(([file, why]) => `${basename(file)} can't be read: ${why}`);
  return names.length === 0 ? '' : `; ${listed(names)}`;
}

/** What a file is that nobody knows. */
async function fileText(place: Place): Promise<string> {
  const broken = place.unreadable.get(place.path);
  if (broken !== undefined) return `a JSON file that can't be read: ${broken}`;
  if (extname(place.path).toLowerCase() !== '.json') return 'another kind of file';
  const value = await place.json(place.path);
  const keys = Array.isArray(value)
    ? ['a list of', ...Object.keys(fields(value[0]))]
    : Object.keys(fields(value));
  return `JSON of another kind: ${listed(keys, 8)}`;
}

export function isPacked(path: string): boolean {
  return /\.(zip|7z|rar|tar|tgz|gz)$/i.test(path);
}

function xmlKind(root: string | undefined): ImportFormat | undefined {
  if (root === 'annotations') return 'cvat';
  return root === 'annotation' ? 'voc' : undefined;
}

/** Six numbers or more in its first row, the first two of them whole, and no header. */
function isMotText(text: string): boolean {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1);
  const cells = first.trim().split(/\s*,\s*|\s+/);
  const isNumber = (cell: string) => cell !== '' && Number.isFinite(Number(cell));
  return (
    cells.length >= 6 &&
    cells.every(isNumber) &&
    cells.slice(0, 2).every((cell) => Number.isInteger(Number(cell)))
  );
}

function list(format: ImportFormat | undefined): ImportFormat[] {
  return format === undefined ? [] : [format];
}

/** "3 .jpg, 1 .txt (notes.txt)" */
function contentsText(files: readonly string[]): string {
  if (files.length === 0) return 'an empty folder';
  const byExtension = Map.groupBy(files, (file) => extname(file).toLowerCase() || 'without an extension');
  const kinds = [...byExtension].map(([extension, { length }]) => `${length} ${extension}`).slice(0, 6);
  return `${kinds.join(', ')} (${basename(files[0]!)} …)`; // there is one
}

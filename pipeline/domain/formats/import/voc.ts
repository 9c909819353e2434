/**
 * Pascal VOC: an XML file a picture, in `Annotations/` with `JPEGImages/` and `ImageSets/`, or beside the pictures. The
 * VOC kit counts pixels from 1 and includes the last one (as we export); LabelImg, CVAT, Roboflow and Datumaro write edges.
 */
import { basename, relative, sep } from 'node:path';
import type { Box, Size } from '../../vision/box.ts';
import { isPictureName } from '../../vision/picture-files.ts';
import { type Split, splitNamed } from '../dataset-entry.ts';
import { stem } from '../file-name.ts';
import { allNumbers } from '../json.ts';
import { counted, listed, type Problem, problem } from '../problem.ts';
import { readText } from '../text.ts';
import { findPictures, withoutRivals } from './find-pictures.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import type { Place } from './place.ts';
import { refusal } from './settle-pictures.ts';
import { boxAround, isPoint, solid, turned } from './shapes.ts';
import type { Findings, FoundBox, PictureEntry, Reading } from './source.ts';
import { Unkept } from './unkept.ts';
import { childAt, children, type Element, numberAt, readXml, rootOf, textAt } from './xml-file.ts';

/** XML files of pictures. */
export async function vocFiles(place: Place, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const files: string[] = [];
  for (const file of await place.filesOf('.xml')) {
    if ((await rootOf(file)) === 'annotation') files.push(file);
    if (files.length >= most) break;
  }
  return files;
}

/** What one XML says. */
interface VocPicture {
  readonly file: string;
  readonly name: string;
  readonly size: Partial<Size>;
  readonly boxes: readonly FoundBox[];
  readonly refused: readonly Problem[];
}

/** @throws UsageError where a file that is named itself is no such XML */
export async function readVoc(reading: Reading): Promise<Findings> {
  const { place } = reading;
  const leftOut: Problem[] = [];
  const unkept = new Unkept();
  const said: VocPicture[] = [];
  for (const file of place.isFolder ? await place.filesOf('.xml') : [place.path]) {
    const root = place.isFolder ? await rootOf(file) : 'annotation';
    if (root !== 'annotation') continue;
    try {
      said.push(pictureOf(await readXml(file, 'annotation'), file, unkept));
    } catch (error) {
      if (!place.isFolder || !(error instanceof Error)) throw error;
      leftOut.push(
        problem(file, undefined, 'can’t be read', { found: error.message, expected: 'VOC’s XML' }),
      );
    }
  }
  const sets = await imageSets(place);
  const { roots } = pictureRoots(reading, place.path);
  const known = new Set(said.flatMap(({ file, name }) => [bare(name), listName(file)]));
  const listedOnly = [...sets.keys()].filter((name) => !known.has(name));
  const empty: VocPicture[] = listedOnly.map((name) => ({
    file: place.path,
    name,
    size: {},
    boxes: [],
    refused: [],
  }));
  const all = [...said, ...empty];
  const found = await findPictures(
    all.map(({ name, file }) => ({ name, near: relative(place.root, file).split(sep)[0], byStem: true })),
    roots,
    place,
  );
  const certain = await withoutRivals(said, found.slice(0, said.length), roots, place);
  found.splice(0, said.length, ...certain);
  leftOut.push(
    ...missingPictures(
      place.path,
      all.map(({ name }) => name),
      found,
      roots,
    ),
  );
  const pictures = all.flatMap((picture, i): PictureEntry[] => {
    const at = found[i]!; // one a picture
    const split =
      sets.get(bare(picture.name)) ?? splitNamed(relative(place.root, picture.file).split(sep).slice(0, -1));
    return 'path' in at ? [{ ...picture, path: at.path, split }] : [];
  });
  const listedEmpty = found.slice(said.length).filter((at) => 'path' in at).length;
  const notes = await unlisted(place, pictures, listedEmpty);
  return { pictures, clips: [], leftOut, notes, unkept: unkept.counts };
}

/** With its folders, without its extension: as the lists have it. */
function bare(name: string): string {
  return name.replaceAll('\\', '/').replace(/(?<=.)\.[a-z][a-z0-9]{0,5}$/i, '');
}

/** Degrees: CVAT's bndbox is that before the box was turned. */
function rotationOf(object: Element): number {
  const attributes = children(childAt(object, 'attributes'), 'attribute');
  return (
    numberAt(
      attributes.find((child) => textAt(child, 'name') === 'rotation'),
      'value',
    ) ?? 0
  );
}

/** What a list calls the picture of an XML file. */
function listName(file: string): string {
  const folders = file.split(sep);
  return bare(folders.slice(folders.findLastIndex((folder) => /^annotations$/i.test(folder)) + 1).join('/'));
}

/** Pictures that nothing is said of are not used; those that are only listed have no animal. */
async function unlisted(place: Place, pictures: readonly PictureEntry[], empty: number): Promise<string[]> {
  const used = new Set(pictures.map(({ path }) => path));
  const others = (await place.files()).filter((file) => isPictureName(file) && !used.has(file));
  return [
    ...(others.length > 0 && place.isFolder
      ? [
          `${place.path}: without an XML, and not used: ${counted(others.length, 'picture')} (${listed(others.map((file) => basename(file)))})`,
        ]
      : []),
    ...(empty > 0
      ? [`${place.path}: listed without an XML, taken as without an animal: ${counted(empty, 'picture')}`]
      : []),
  ];
}

/** Names of `ImageSets/Main/*.txt`, with their split. */
async function imageSets(place: Place): Promise<Map<string, Split | undefined>> {
  const sets = new Map<string, Split | undefined>();
  for (const file of await place.filesOf('.txt')) {
    const folders = file.split(sep);
    if (folders.at(-2) !== 'Main' || folders.at(-3) !== 'ImageSets') continue;
    const split = splitNamed([stem(file), stem(file).split('_').at(-1) ?? '']);
    for (const line of (await readText(file)).split(/\r\n|\r|\n/)) {
      const name = line
        .trim()
        .split(/\s+-?[01]$/)[0]
        ?.trim(); // a class's list says 1 or -1 behind it
      if (name) sets.set(name, sets.get(name) ?? split);
    }
  }
  return sets;
}

/** Elements that are used, or said by those that are; `#` is the space between them. */
const used = {
  annotation: new Set([
    ...['#', 'folder', 'filename', 'path', 'source', 'size', 'segmented', 'object', '@verified'],
  ]),
  object: new Set(['#', 'name', 'bndbox', 'robndbox', 'deleted', 'type', 'id', 'attributes']),
};

/** What an XML says beside its boxes. */
function addUnkept(annotation: Element, objects: readonly Element[], unkept: Unkept): void {
  unkept.rest(annotation, used.annotation, 'picture ');
  for (const object of objects) {
    unkept.rest(object, used.object);
    for (const attribute of children(childAt(object, 'attributes'), 'attribute')) {
      const name = textAt(attribute, 'name') ?? 'attribute';
      if (name !== 'rotation') unkept.rest({ [name]: textAt(attribute, 'value') }, new Set());
    }
  }
}

function pictureOf(annotation: Element, file: string, unkept: Unkept): VocPicture {
  const name = textAt(annotation, 'filename') ?? basename(file, '.xml');
  const [width, height] = [numberAt(annotation, 'size', 'width'), numberAt(annotation, 'size', 'height')];
  const isKit = /voc\s?20\d\d|^shika$/i.test(textAt(annotation, 'source', 'database') ?? '');
  const refused: Problem[] = [];
  const objects = children(annotation, 'object').filter((object) => textAt(object, 'deleted') !== '1');
  addUnkept(annotation, objects, unkept);
  const boxes = objects.flatMap((object, i) => {
    const label = textAt(object, 'name');
    const box = boxOf(object, isKit);
    if (box !== undefined && label !== undefined) return [{ box, label }];
    const found = label === undefined ? 'no name' : `${label} ${cornersText(object)}`;
    refused.push(
      refusal(file, `object ${i + 1}`, found, 'a name, and a bndbox of four numbers and more than 0 px'),
    );
    return [];
  });
  return { file, name, size: { ...(width ? { width } : {}), ...(height ? { height } : {}) }, boxes, refused };
}

/** `xmin 10, ymin 10, xmax 10, ymax 40` */
function cornersText(object: Element): string {
  const bndbox = childAt(object, 'bndbox');
  const texts = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) => `${name} ${textAt(bndbox, name) ?? '-'}`);
  return bndbox === undefined ? 'without a bndbox' : texts.join(', ');
}

function boxOf(object: Element, isKit: boolean): Box | undefined {
  const sides = (element: Element | undefined, ...names: readonly string[]) =>
    element && allNumbers(names.map((name) => numberAt(element, name)));
  const edges = sides(childAt(object, 'bndbox'), 'xmin', 'ymin', 'xmax', 'ymax');
  if (edges !== undefined) {
    const [xmin = 0, ymin = 0, xmax = 0, ymax = 0] = edges;
    const first = isKit ? 1 : 0;
    // Corners in another order are the same box; without an area it is none.
    const [x, y, w, h] = boxAround([
      [xmin, ymin],
      [xmax, ymax],
    ])!; // two corners
    const box = solid([x - first, y - first, w + first, h + first]);
    return box && turned(box, rotationOf(object));
  }
  // The LabelMe of old has corners.
  const corners = children(childAt(object, 'polygon'), 'pt').map((point) => sides(point, 'x', 'y'));
  if (corners.length > 0) return corners.every(isPoint) ? solid(boxAround(corners)) : undefined;
  // roLabelImg: radians, about the centre.
  const rotated = sides(childAt(object, 'robndbox'), 'cx', 'cy', 'w', 'h', 'angle');
  if (rotated === undefined) return undefined;
  const [cx = 0, cy = 0, w = 0, h = 0, angle = 0] = rotated;
  return turned([cx - w / 2, cy - h / 2, w, h], (angle * 180) / Math.PI);
}

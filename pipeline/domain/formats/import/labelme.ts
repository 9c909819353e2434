/** LabelMe: a JSON a picture, with shapes. https://github.com/wkentaro/labelme */
import { basename } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import { allNumbers, fields, isObject, items, numberIn, shown, textIn } from '../json.ts';
import { type Problem, problem } from '../problem.ts';
import { findPictures, withoutRivals } from './find-pictures.ts';
import { jsonFilesOf } from './json-kind.ts';
import { missingPictures, pictureRoots } from './picture-roots.ts';
import { refusal } from './settle-pictures.ts';
import { boxAround, isPoint } from './shapes.ts';
import { type Findings, type FoundBox, type PictureEntry, type Reading, saysEmpty } from './source.ts';
import { Unkept } from './unkept.ts';

type Fields = ReturnType<typeof fields>;

/** Shapes with an outline; points and lines have none. A mask's two points are its box. */
const outlined = new Set(['polygon', 'rectangle', 'mask', 'rotation', 'cuboid']);

/** @throws UsageError where a file that is named itself is no such file */
export async function readLabelMe(reading: Reading): Promise<Findings> {
  const { place } = reading;
  const files = await jsonFilesOf(place, 'labelme');
  const leftOut: Problem[] = [];
  const unkept = new Unkept();
  const said: (Omit<PictureEntry, 'path'> & { name: string })[] = [];
  for (const file of files) {
    const document = await place.json(file);
    if (isObject(document) && !Array.isArray(document.shapes) && place.isFolder) {
      leftOut.push(refusal(file, 'shapes', shown(document.shapes), 'a list'));
      continue;
    }
    if (!isObject(document) || !Array.isArray(document.shapes)) {
      throw new UsageError(`${file} is no LabelMe file`, {
        found: document === undefined ? 'no JSON' : shown(Object.keys(fields(document))),
        expected: 'shapes, imagePath',
      });
    }
    said.push({ file, ...pictureOf(document, file, unkept) });
  }
  const { roots } = pictureRoots(reading, place.path);
  const named = await findPictures(
    said.map(({ name, file }) => ({ name, near: pictureRoots(reading, file).near, byStem: true })),
    roots,
    place,
  );
  const found = await withoutRivals(said, named, roots, place);
  leftOut.push(
    ...missingPictures(
      place.path,
      said.map(({ name }) => name),
      found,
      roots,
    ),
  );
  const pictures = said.flatMap(({ name: _, ...entry }, i): PictureEntry[] => {
    const at = found[i]!; // one each
    return 'path' in at ? [{ ...entry, path: at.path }] : [];
  });
  return { pictures, clips: [], leftOut, notes: [], unkept: unkept.counts };
}

/** Fields that are used, or said by those that are; a mask's picture is its outline. */
const used = {
  document: new Set([
    ...['version', 'flags', 'shapes', 'imagePath', 'imageData', 'imageHeight', 'imageWidth'],
    ...['lineColor', 'fillColor'],
  ]),
  shape: new Set(['label', 'points', 'shape_type', 'mask', 'line_color', 'fill_color', 'flags']),
};

function pictureOf(
  document: Fields,
  file: string,
  unkept: Unkept,
): Omit<PictureEntry, 'path' | 'file'> & { name: string } {
  const name = textIn(document.imagePath) ?? basename(file, '.json');
  const [width, height] = [numberIn(document.imageWidth), numberIn(document.imageHeight)];
  const boxes: FoundBox[] = [];
  const refused: Problem[] = [];
  unkept.rest(document, used.document, 'picture ');
  for (const [i, shape] of items(document.shapes).map(fields).entries()) {
    const label = textIn(shape.label);
    const kind = textIn(shape.shape_type) ?? 'polygon';
    const box = shapeBox(kind, items(shape.points));
    if (box === undefined || label === undefined) {
      const found = `${label ?? 'no label'}: ${kind} ${shown(shape.points)}`;
      refused.push(
        refusal(file, `shape ${i + 1}`, found, 'a label, and a rectangle, polygon, circle or mask'),
      );
    } else boxes.push({ box, label });
    unkept.rest(shape, used.shape);
    // Groups count from 0.
    if (numberIn(shape.group_id) === 0) unkept.add('group_id');
    for (const [flag, set] of Object.entries(fields(shape.flags)))
      if (set === true) unkept.add(`flag ${flag}`);
    if (box !== undefined && kind !== 'rectangle') unkept.add('outlines');
  }
  const flags = Object.entries(fields(document.flags)).flatMap(([flag, set]) => (set === true ? [flag] : []));
  const others = flags.filter((flag) => !saysEmpty(flag));
  // A flag alone says what is in the picture and not where.
  if (boxes.length + refused.length === 0 && others.length > 0) {
    refused.push(
      problem(file, undefined, 'flags', { found: `${others.join(', ')} without a shape`, expected: 'a box' }),
    );
  } else for (const flag of others) unkept.add(`picture flag ${flag}`);
  const size = { ...(width ? { width } : {}), ...(height ? { height } : {}) };
  return { name, size, boxes, refused };
}

function shapeBox(kind: string, points: readonly unknown[]): Box | undefined {
  const corners = points.map((point) => allNumbers(items(point).map(numberIn)));
  if (!corners.every(isPoint)) return undefined;
  if (kind === 'circle') {
    const [centre, edge] = corners;
    if (centre === undefined || edge === undefined) return undefined;
    const radius = Math.hypot(edge[0] - centre[0], edge[1] - centre[1]);
    return radius > 0 ? [centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius] : undefined;
  }
  const box = outlined.has(kind) ? boxAround(corners) : undefined;
  return box !== undefined && box[2] > 0 && box[3] > 0 ? box : undefined;
}

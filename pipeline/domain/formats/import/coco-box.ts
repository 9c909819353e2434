/** The box of a COCO annotation: its `bbox`, else that around its `segmentation`. */
import type { Box } from '../../vision/box.ts';
import { allNumbers, fields, isObject, items, numberIn, numbersIn } from '../json.ts';
import { aroundRuns, runsOf } from './rle.ts';
import { boxAround, type Point, pointsOf, solid, turned } from './shapes.ts';

/** undefined where there is neither. CVAT's bbox is that before the box was turned; its attribute says by how much. */
export function cocoBox({
  bbox,
  segmentation,
  attributes,
}: Readonly<Record<string, unknown>>): Box | undefined {
  const sides = numbersIn(bbox, 4);
  if (sides !== undefined) {
    const [x = 0, y = 0, w = 0, h = 0] = sides;
    if (w > 0 && h > 0) return turned([x, y, w, h], numberIn(fields(attributes).rotation) ?? 0);
  }
  // A bbox that is there and is none is not guessed at, unless it is all zeros.
  const isAbsent =
    bbox === undefined || bbox === null || items(bbox).length === 0 || sides?.every((side) => side === 0);
  if (Array.isArray(bbox) ? !isAbsent : bbox !== undefined && bbox !== null) return undefined;
  return isObject(segmentation) ? aroundMask(segmentation) : aroundPolygons(items(segmentation));
}

function aroundPolygons(polygons: readonly unknown[]): Box | undefined {
  // One polygon may stand there without the list around it.
  const lists = polygons.some(Array.isArray) ? polygons.map(items) : [polygons];
  const points: Point[] = [];
  for (const list of lists) {
    const numbers = allNumbers(list.map(numberIn));
    const corners = numbers && pointsOf(numbers);
    if (corners === undefined) return undefined;
    points.push(...corners);
  }
  return solid(boxAround(points));
}

function aroundMask(mask: Readonly<Record<string, unknown>>): Box | undefined {
  const [height] = numbersIn(fields(mask).size, 2) ?? [];
  if (height === undefined || height < 1) return undefined;
  const { counts } = mask;
  const runs = typeof counts === 'string' ? runsOf(counts) : allNumbers(items(counts).map(numberIn));
  return runs && solid(aroundRuns(runs, height));
}

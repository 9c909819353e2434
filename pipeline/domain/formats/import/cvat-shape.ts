/** A shape of CVAT as a box: rectangles, turned ones too, and what has an outline. */
import { PoisonError } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import { allNumbers, numberIn } from '../json.ts';
import { aroundRuns } from './rle.ts';
import { aroundEllipse, boxAround, isPoint, turned } from './shapes.ts';
import { attribute, type Element, numericAttribute } from './xml-file.ts';

/** Elements that are shapes; key points and lines are no outline of an animal. */
export const cvatShapes = [
  'box',
  'polygon',
  'mask',
  'ellipse',
  'cuboid',
  'polyline',
  'points',
  'skeleton',
] as const;
export type CvatShape = (typeof cvatShapes)[number];

/** What a shape must be to have a box. */
export const outlinedText = 'a box, polygon, mask, ellipse or cuboid';

export function hasOutline(shape: CvatShape): boolean {
  return !['polyline', 'points', 'skeleton'].includes(shape);
}

/** Before it is turned; clockwise, degrees. @throws PoisonError where it is no box */
export function shapeBox(shape: CvatShape, element: Element): { box: Box; rotation: number } {
  if (!hasOutline(shape)) throw new PoisonError(shape, { found: 'no outline', expected: outlinedText });
  const rotation = numericAttribute(element, 'rotation') ?? 0;
  const box = outline(shape, element, rotation);
  if (box !== undefined && box[2] > 0 && box[3] > 0) return { box, rotation: shape === 'box' ? rotation : 0 };
  throw new PoisonError(shape, { found: attributesText(element), expected: 'numbers, and more than 0 px' });
}

/** Upright. @throws PoisonError where it is no box */
export function uprightBox(shape: CvatShape, element: Element): Box {
  const { box, rotation } = shapeBox(shape, element);
  return turned(box, rotation);
}

function outline(shape: CvatShape, element: Element, rotation: number): Box | undefined {
  const numbers = (...names: readonly string[]) =>
    allNumbers(names.map((name) => numericAttribute(element, name)));
  if (shape === 'box') {
    const [left, top, right, bottom] = numbers('xtl', 'ytl', 'xbr', 'ybr') ?? [];
    if (left === undefined || top === undefined || right === undefined || bottom === undefined)
      return undefined;
    return [left, top, right - left, bottom - top];
  }
  if (shape === 'mask') {
    const [left, top, width, height] = numbers('left', 'top', 'width', 'height') ?? [];
    if (left === undefined || top === undefined || width === undefined || height === undefined)
      return undefined;
    const runs = allNumbers((attribute(element, 'rle') ?? '').split(',').map(numberIn));
    if (runs === undefined) return [left, top, width, height];
    const [y, x, h, w] = aroundRuns(runs, width) ?? [0, 0, 0, 0]; // along the rows, not down the columns
    return [left + x, top + y, w, h];
  }
  if (shape === 'ellipse') {
    const [cx, cy, rx, ry] = numbers('cx', 'cy', 'rx', 'ry') ?? [];
    if (cx === undefined || cy === undefined || rx === undefined || ry === undefined) return undefined;
    return aroundEllipse([cx, cy], Math.abs(rx), Math.abs(ry), rotation);
  }
  if (shape === 'cuboid') {
    const corners = ['tl', 'bl', 'tr', 'br'].flatMap((corner) => [`${corner}1`, `${corner}2`]);
    const points = corners.map((corner) => numbers(`x${corner}`, `y${corner}`));
    return points.every(isPoint) ? boxAround(points) : undefined;
  }
  const points = (attribute(element, 'points') ?? '').split(';').map((pair) => {
    const point = pair.split(',').map(numberIn);
    return point.length === 2 ? allNumbers(point) : undefined;
  });
  return points.every(isPoint) ? boxAround(points) : undefined;
}

/** What it says of itself, shortly. */
function attributesText(element: Element): string {
  const texts = Object.entries(element).flatMap(([name, value]) =>
    name.startsWith('@') && /^@(x|y|points|c|r|left|top|width|height)/.test(name)
      ? `${name.slice(1)}="${value}"`
      : [],
  );
  const text = texts.join(' ');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text || 'nothing';
}

/** Drawing and changing boxes. Pure; all in pixels of the picture. */
import type { Point, Size } from './viewport.ts';

export type Box = readonly [x: number, y: number, w: number, h: number];

/** Edges that a handle moves: -1 left or top, 1 right or bottom, 0 none. */
export interface Handle {
  readonly dx: -1 | 0 | 1;
  readonly dy: -1 | 0 | 1;
}

/** A box is at least so large: smaller ones are a slip of the hand. */
export const LEAST = 2;

/** The corners and the middles of the sides. */
export const HANDLES: readonly Handle[] = ([-1, 0, 1] as const).flatMap((dx) =>
  ([-1, 0, 1] as const).flatMap((dy) => (dx === 0 && dy === 0 ? [] : [{ dx, dy }])),
);

/** Box between two corners, inside the picture; null where it is too small. */
export function between(a: Point, b: Point, picture: Size): Box | null {
  const [x1, x2] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [y1, y2] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  return inside([x1, y1, x2 - x1, y2 - y1], picture);
}

/** Box through the outermost points of an animal: top, left, bottom, right, in any order. */
export function throughPoints(points: readonly Point[], picture: Size): Box | null {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const corner = { x: Math.min(...xs), y: Math.min(...ys) };
  return between(corner, { x: Math.max(...xs), y: Math.max(...ys) }, picture);
}

/** What of a box lies in the picture, to a tenth of a pixel; null where hardly anything does. */
export function inside([x, y, w, h]: Box, { width, height }: Size): Box | null {
  const tenth = (value: number) => Math.round(value * 10) / 10;
  const left = tenth(Math.max(0, x));
  const top = tenth(Math.max(0, y));
  const right = tenth(Math.min(width, x + w));
  const bottom = tenth(Math.min(height, y + h));
  if (right - left < LEAST || bottom - top < LEAST) return null;
  return [left, top, tenth(right - left), tenth(bottom - top)];
}

/** As far as the picture reaches, with its size as it was. */
export function move([x, y, w, h]: Box, dx: number, dy: number, { width, height }: Size): Box {
  const at = (from: number, by: number, long: number, room: number) =>
    Math.min(Math.max(0, from + by), Math.max(0, room - long));
  return [at(x, dx, w, width), at(y, dy, h, height), w, h];
}

/** Moves the handle's edges; one that is drawn past the other changes places with it. */
export function resize([x, y, w, h]: Box, handle: Handle, dx: number, dy: number, picture: Size): Box | null {
  const left = handle.dx === -1 ? x + dx : x;
  const right = handle.dx === 1 ? x + w + dx : x + w;
  const top = handle.dy === -1 ? y + dy : y;
  const bottom = handle.dy === 1 ? y + h + dy : y + h;
  return between({ x: left, y: top }, { x: right, y: bottom }, picture);
}

/** Right and lower edge move; null where the box would be too small. */
export function resizeBy(box: Box, dx: number, dy: number, picture: Size): Box | null {
  const [, , w, h] = box;
  if (w + dx < LEAST || h + dy < LEAST) return null;
  return resize(box, { dx: dx === 0 ? 0 : 1, dy: dy === 0 ? 0 : 1 }, dx, dy, picture);
}

/** The handle that is nearest to the point, where one is within reach. */
export function handleAt([x, y, w, h]: Box, point: Point, reach: number): Handle | null {
  const near = HANDLES.map((handle) => {
    const px = x + ((handle.dx + 1) / 2) * w;
    const py = y + ((handle.dy + 1) / 2) * h;
    return { handle, distance: Math.hypot(point.x - px, point.y - py) };
  }).filter(({ distance }) => distance <= reach);
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.handle ?? null;
}

/** The smallest box under the point, by its place in the list; -1 where there is none. */
export function boxAt(boxes: readonly Box[], point: Point): number {
  let found = -1;
  for (const [i, [x, y, w, h]] of boxes.entries()) {
    const hit = point.x >= x && point.x <= x + w && point.y >= y && point.y <= y + h;
    if (!hit) continue;
    const best = boxes[found];
    if (!best || w * h < best[2] * best[3]) found = i;
  }
  return found;
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: Box, b: Box): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (a[2] * a[3] + b[2] * b[3] - w * h);
}

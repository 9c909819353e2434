/** The boxes around shapes that are none. */
import type { Box } from '../../vision/box.ts';

export type Point = readonly [x: number, y: number];

/** Around points; undefined where there are none. */
export function boxAround(points: readonly Point[]): Box | undefined {
  if (points.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right - left, bottom - top];
}

export function isPoint(numbers: readonly number[] | undefined): numbers is Point {
  return numbers?.length === 2;
}

/** The box, if it has an area. */
export function solid(box: Box | undefined): Box | undefined {
  return box !== undefined && box[2] > 0 && box[3] > 0 ? box : undefined;
}

/** `x, y, x, y, …` as points; undefined where one has no partner. */
export function pointsOf(numbers: readonly number[]): Point[] | undefined {
  if (numbers.length % 2 === 1) return undefined;
  return numbers.flatMap((x, i): Point[] => (i % 2 === 0 ? [[x, numbers[i + 1]!]] : [])); // an even number of them
}

/** Around a box that is turned clockwise about a point: its own centre where none is given. */
export function turned(box: Box, degrees: number, about?: Point): Box {
  if (degrees % 360 === 0) return box;
  const [x, y, w, h] = box;
  const [aboutX, aboutY] = about ?? [x + w / 2, y + h / 2];
  const [sin, cos] = sineAndCosine(degrees);
  const corners = [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ].map(([cornerX = 0, cornerY = 0]): Point => {
    const [dx, dy] = [cornerX - aboutX, cornerY - aboutY];
    return [aboutX + dx * cos - dy * sin, aboutY + dx * sin + dy * cos];
  });
  return boxAround(corners)!; // four points
}

/** Around an ellipse that is turned about its centre. */
export function aroundEllipse([cx, cy]: Point, rx: number, ry: number, degrees = 0): Box {
  const [sin, cos] = sineAndCosine(degrees);
  const [w, h] = [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos)];
  return [cx - w, cy - h, 2 * w, 2 * h];
}

/** Exact for quarters of a turn. */
function sineAndCosine(degrees: number): [sin: number, cos: number] {
  const radians = (degrees * Math.PI) / 180;
  const exact = (value: number) => Math.round(value * 1e12) / 1e12;
  return [exact(Math.sin(radians)), exact(Math.cos(radians))];
}

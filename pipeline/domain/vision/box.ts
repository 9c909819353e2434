/** Geometry of axis-aligned boxes: pure functions on `[x, y, w, h]`. */

/** `[x, y, w, h]` in source-frame pixels, origin top left; `w` and `h` are positive. */
export type Box = readonly [x: number, y: number, w: number, h: number];

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** px². */
export function area([, , w, h]: Box): number {
  return w * h;
}

/** px. */
export function centre([x, y, w, h]: Box): { x: number; y: number } {
  return { x: x + w / 2, y: y + h / 2 };
}

/** Area of the overlap, 0 where they do not meet. */
export function intersection(a: Box, b: Box): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return w > 0 && h > 0 ? w * h : 0;
}

/** Intersection over union, 0..1. */
export function iou(a: Box, b: Box): number {
  const both = intersection(a, b);
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

/** The part of the box inside the picture; `null` where less than 1 px of either side is left. */
export function clip(box: Box, { width, height }: Size): Box | null {
  const left = Math.max(0, box[0]);
  const top = Math.max(0, box[1]);
  const w = Math.min(width, box[0] + box[2]) - left;
  const h = Math.min(height, box[1] + box[3]) - top;
  return w >= 1 && h >= 1 ? [left, top, w, h] : null;
}

/** The same box, moved so that it lies inside the picture as far as it fits. */
export function shiftInside([x, y, w, h]: Box, { width, height }: Size): Box {
  return [Math.max(0, Math.min(x, width - w)), Math.max(0, Math.min(y, height - h)), w, h];
}

/** The same box, moved by `dx` and `dy` px. */
export function translate([x, y, w, h]: Box, dx: number, dy: number): Box {
  return [x + dx, y + dy, w, h];
}

/** The same box in a picture scaled by `factor`. */
export function scale([x, y, w, h]: Box, factor: number): Box {
  return [x * factor, y * factor, w * factor, h * factor];
}

/** Rounded to 1/100 px: enough for any use, and the same text on every machine. */
export function round([x, y, w, h]: Box): Box {
  const r = (v: number) => Math.round(v * 100) / 100;
  return [r(x), r(y), r(w), r(h)];
}

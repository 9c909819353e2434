/** Cuts a region out of a picture at any scale, flipped or not, without aliasing. */
import type { Raster } from '../../../pipeline/domain/vision/image.ts';

/** Where the pixels of a view come from: view px * `scale` + offset = picture px (x runs backwards if flipped). */
export interface Placement {
  /** Picture px at the view's top left corner (top right where flipped). */
  readonly left: number;
  readonly top: number;
  /** Picture px per view px. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly flip: boolean;
}

/** Part of a square view, px. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture and its halvings, `[0]` being the picture: a coarser one is read where a view shrinks it. */
export type Pyramid = readonly Raster[];

/** Halves until the longer side is at most 64 px. */
export function pyramidOf(raster: Raster): Pyramid {
  const levels = [raster];
  for (let level = raster; Math.max(level.width, level.height) > 64; ) {
    level = halve(level);
    levels.push(level);
  }
  return levels;
}

/**
 * Fills a window of a view; what lies outside the picture is grey 114, as in the letterbox.
 *
 * @param view `[side, side, 3]`, written to
 * @param side of the view, px
 * @param placement of the picture in the window
 * @param blur how many levels coarser than needed to read, 0 for sharp
 */
export function warp(
  pyramid: Pyramid,
  placement: Placement,
  view: Uint8ClampedArray,
  side: number,
  window: Window,
  blur: number,
): void {
  const { left, top, scaleX, scaleY, flip } = placement;
  const wanted = Math.floor(Math.log2(Math.max(1, Math.min(scaleX, scaleY)))) + blur;
  const level = Math.min(wanted, pyramid.length - 1);
  const { data, width, height } = pyramid[level]!;
  const shrink = 2 ** level;
  for (let y = 0; y < window.height; y += 1) {
    const sourceY = (top + (y + 0.5) * scaleY) / shrink - 0.5;
    let to = ((window.y + y) * side + window.x) * 3;
    const y0 = Math.floor(sourceY);
    const fy = sourceY - y0;
    const row0 = clamp(y0, height) * width;
    const row1 = clamp(y0 + 1, height) * width;
    const outsideY = sourceY < -0.5 || sourceY > height - 0.5;
    for (let x = 0; x < window.width; x += 1, to += 3) {
      const across = flip ? window.width - x - 0.5 : x + 0.5;
      const sourceX = (left + across * scaleX) / shrink - 0.5;
      if (outsideY || sourceX < -0.5 || sourceX > width - 0.5) {
        view[to] = padding;
        view[to + 1] = padding;
        view[to + 2] = padding;
        continue;
      }
      const x0 = Math.floor(sourceX);
      const fx = sourceX - x0;
      const c0 = clamp(x0, width);
      const c1 = clamp(x0 + 1, width);
      const a = (row0 + c0) * 3;
      const b = (row0 + c1) * 3;
      const c = (row1 + c0) * 3;
      const d = (row1 + c1) * 3;
      for (let i = 0; i < 3; i += 1) {
        const upper = data[a + i]! + (data[b + i]! - data[a + i]!) * fx;
        const lower = data[c + i]! + (data[d + i]! - data[c + i]!) * fx;
        view[to + i] = upper + (lower - upper) * fy;
      }
    }
  }
}

const padding = 114;

function clamp(value: number, length: number): number {
  return value < 0 ? 0 : value >= length ? length - 1 : value;
}

function halve({ data, width, height }: Raster): Raster {
  const half = { width: Math.max(1, width >> 1), height: Math.max(1, height >> 1) };
  const result = new Uint8Array(half.width * half.height * 3);
  const right = width > 1 ? 3 : 0;
  const below = height > 1 ? width * 3 : 0;
  for (let y = 0, to = 0; y < half.height; y += 1) {
    for (let x = 0; x < half.width; x += 1) {
      const from = (2 * y * width + 2 * x) * 3;
      for (let i = from; i < from + 3; i += 1, to += 1) {
        result[to] = (data[i]! + data[i + right]! + data[i + below]! + data[i + right + below]! + 2) >> 2;
      }
    }
  }
  return { data: result, ...half };
}

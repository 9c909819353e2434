/** The picture's measures, and what it is laid together from. */

/** Of every picture, px. */
export const width = 640;
/** Of every picture, px. */
export const height = 360;
/** Where the ground meets the forest, px from the top. */
export const horizon = 108;

/** A part of the scene, RGB and coverage premultiplied: `[height, width, 4]`, 0..255. */
export interface Layer {
  readonly rgba: Uint8Array;
  /** How far wind moves each pixel at most, px: `[height, width]`. */
  readonly sway: Float32Array;
  /** The rows and columns outside which nothing is painted, as far as wind may carry it. */
  readonly bounds: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  /** Ground line: what stands further down in the picture is in front of it. */
  readonly baseY: number;
}

/** Size of things standing at a place on the ground, px per metre (the camera sees the horizon at {@link horizon}). */
export function scaleAt(y: number): number {
  return (y - horizon + 14) * 0.56;
}

/** A layer of what is painted, with the rows and columns it occupies. */
export function layerOf(rgba: Uint8Array, sway: Float32Array, baseY: number): Layer {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0; at < width * height; at++) {
    if (rgba[at * 4 + 3] === 0) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  const most = sway.reduce((far, here) => Math.max(far, Math.ceil(here)), 8);
  return {
    rgba,
    sway,
    bounds: { left: Math.max(0, left - most), top, right: Math.min(width, right + most), bottom },
    baseY,
  };
}

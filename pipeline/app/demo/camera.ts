/** One exposure: the site's layers bent by the wind, the animals between them, light, lens and sensor noise. */
import type { Box } from '../../domain/vision/box.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { type DeerPlacement, drawDeer, type Sprite } from './body.ts';
import { height, type Layer, width } from './layer.ts';
import { develop, type Light, type Window, wholeScene } from './sensor.ts';
import type { Site } from './site.ts';

/** What the camera looks at, at one moment. */
export interface Exposure {
  readonly animals: readonly DeerPlacement[];
  /** Seconds: moves the wind. */
  readonly time: number;
  readonly light: Light;
  /** Makes this exposure's noise its own. */
  readonly noiseSeed: number;
  /** Where the camera points; absent: at all that is painted. */
  readonly window?: Window;
}

/** What is true of an animal in a picture. */
export interface Seen {
  /** Around what can be seen of it; null where nothing can. Px. */
  readonly box: Box | null;
  /** Around all of it that lies in the picture, hidden or not; null where nothing does. Px. */
  readonly whole: Box | null;
  /** Share of its silhouette that something hides or the picture's edge cuts off, 0..1. */
  readonly hidden: number;
}

/** Less than this many visible pixels can't be told from the leaves. */
const leastPixels = 12;

/** One picture, and what can be seen of each animal in it. */
export function expose(site: Site, exposure: Exposure): { raster: Raster; seen: Seen[] } {
  const scene = new Float32Array(width * height * 3);
  const wind = windAt(exposure.time);
  composite(scene, site.backdrop, wind);
  const drawn = exposure.animals
    .map((placement, index) => ({
      index,
      placement,
      sprite: drawDeer(placement),
      visible: new Float32Array(width * height),
    }))
    .sort((a, b) => a.placement.y - b.placement.y);
  for (const { sprite } of drawn) castShade(scene, sprite);

  const waiting = [...drawn];
  const placed: typeof drawn = [];
  const placeNearerThan = (baseY: number) => {
    while (waiting[0] !== undefined && waiting[0].placement.y <= baseY) {
      const animal = waiting.shift()!;
      for (const { visible } of placed) hide(visible, animal.sprite);
      paste(scene, animal.sprite, animal.visible);
      placed.push(animal);
    }
  };
  for (const layer of site.screens) {
    placeNearerThan(layer.baseY);
    composite(
      scene,
      layer,
      wind,
      placed.map(({ visible }) => visible),
    );
  }

  const { light, noiseSeed, window = wholeScene } = exposure;
  const seen: Seen[] = [];
  for (const { index, sprite, visible } of drawn) {
    seen[index] = measureVisible(sprite, visible, window);
    if (light.night && light.infrared) shineEyes(scene, sprite, visible, light.night.eyeShine);
  }
  return { raster: develop(scene, light, noiseSeed, window), seen };
}

/**
 * The wind's push, -1..1, at a pixel: two waves that run through the picture, swell and fade. Each is a product
 * of a part by column and a part by row, so that a frame needs a thousand sines and not a million.
 */
interface Wind {
  readonly gust: number;
  readonly slow: Float32Array;
  readonly quick: Float32Array;
  readonly rows: Float32Array;
  readonly fineRows: Float32Array;
}

function windAt(time: number): Wind {
  const wave = (length: number, value: (i: number) => number) =>
    Float32Array.from({ length }, (_, i) => value(i));
  return {
    gust: 0.55 + 0.45 * Math.sin(time * 0.9) * Math.sin(time * 0.37 + 1),
    slow: wave(width, (x) => Math.sin(x * 0.021 - time * 2.1)),
    quick: wave(width, (x) => Math.sin(x * 0.13 - time * 5.3)),
    rows: wave(height, (y) => 0.6 + 0.35 * Math.sin(y * 0.045)),
    fineRows: wave(height, (y) => 0.25 * Math.sin(y * 0.19 + 1.3 * Math.sin(y * 0.11))),
  };
}

/** Puts a bent layer over the scene; `below` loses what it covers. */
function composite(scene: Float32Array, layer: Layer, wind: Wind, below: readonly Float32Array[] = []): void {
  const { rgba, sway, bounds } = layer;
  for (let y = bounds.top; y < bounds.bottom; y++) {
    const [row, fineRow] = [wind.gust * wind.rows[y]!, wind.gust * wind.fineRows[y]!];
    for (let x = bounds.left; x < bounds.right; x++) {
      const at = y * width + x;
      const push = sway[at]! * (row * wind.slow[x]! + fineRow * wind.quick[x]!);
      const from = Math.max(0, Math.min(width - 1.001, x + push));
      const left = Math.floor(from);
      const share = from - left;
      const a = (y * width + left) * 4;
      const b = a + 4;
      const alpha = rgba[a + 3]! * (1 - share) + rgba[b + 3]! * share;
      if (alpha === 0) continue;
      const keep = 1 - alpha / 255;
      const to = at * 3;
      scene[to] = scene[to]! * keep + rgba[a]! * (1 - share) + rgba[b]! * share;
      scene[to + 1] = scene[to + 1]! * keep + rgba[a + 1]! * (1 - share) + rgba[b + 1]! * share;
      scene[to + 2] = scene[to + 2]! * keep + rgba[a + 2]! * (1 - share) + rgba[b + 2]! * share;
      for (const visible of below) visible[at]! *= keep;
    }
  }
}

/** Visits the pixels of a sprite that lie in the picture. */
function eachPixel(
  { left, top, width: w, height: h }: Sprite,
  visit: (at: number, from: number) => void,
): void {
  for (let y = Math.max(0, -top); y < Math.min(h, height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(w, width - left); x++) {
      visit((top + y) * width + left + x, (y * w + x) * 4);
    }
  }
}

function paste(scene: Float32Array, sprite: Sprite, visible: Float32Array): void {
  eachPixel(sprite, (at, from) => {
    const alpha = sprite.rgba[from + 3]! / 255;
    if (alpha === 0) return;
    for (let channel = 0; channel < 3; channel++) {
      scene[at * 3 + channel] = scene[at * 3 + channel]! * (1 - alpha) + sprite.rgba[from + channel]!;
    }
    visible[at] = alpha;
  });
}

function hide(visible: Float32Array, sprite: Sprite): void {
  eachPixel(sprite, (at, from) => {
    visible[at]! *= 1 - sprite.rgba[from + 3]! / 255;
  });
}

function castShade(scene: Float32Array, { shade }: Sprite): void {
  for (const { x, y, rx, ry, strength } of shade) {
    for (let py = Math.max(0, Math.ceil(y - 2 * ry)); py < Math.min(height, y + 2 * ry); py++) {
      for (let px = Math.max(0, Math.ceil(x - 2 * rx)); px < Math.min(width, x + 2 * rx); px++) {
        const far = ((px - x) / rx) ** 2 + ((py - y) / ry) ** 2;
        const keep = 1 - strength * Math.exp(-far);
        const at = (py * width + px) * 3;
        for (let channel = 0; channel < 3; channel++) scene[at + channel]! *= keep;
      }
    }
  }
}

/** What of the lamp's light comes back from the back of an eye. */
function shineEyes(scene: Float32Array, { eyes }: Sprite, visible: Float32Array, strength: number): void {
  for (const { x, y } of eyes) {
    for (let py = Math.max(0, y - 2); py <= Math.min(height - 1, y + 2); py++) {
      for (let px = Math.max(0, x - 2); px <= Math.min(width - 1, x + 2); px++) {
        const at = py * width + px;
        const light = 700 * strength * (visible[at] ?? 0) * Math.exp(-((px - x) ** 2 + (py - y) ** 2));
        for (let channel = 0; channel < 3; channel++) scene[at * 3 + channel]! += light;
      }
    }
  }
}

function measureVisible(sprite: Sprite, visible: Float32Array, window: Window): Seen {
  let all = 0;
  for (let from = 3; from < sprite.rgba.length; from += 4) all += sprite.rgba[from]! / 255;
  let shown = 0;
  const [seen, whole] = [new Extent(window), new Extent(window)];
  eachPixel(sprite, (at, from) => {
    const [x, y] = [(at % width) - window.left, Math.floor(at / width) - window.top];
    if (x < -0.5 || y < -0.5 || x > window.width - 0.5 || y > window.height - 0.5) return;
    shown += visible[at]!;
    if (sprite.rgba[from + 3]! >= 127.5) whole.add(x, y);
    if (visible[at]! >= 0.5) seen.add(x, y);
  });
  return {
    box: seen.pixels < leastPixels ? null : seen.box,
    whole: whole.pixels === 0 ? null : whole.box,
    hidden: all === 0 ? 1 : Math.max(0, Math.min(1, 1 - shown / all)),
  };
}

/** Grows around pixels. */
class Extent {
  pixels = 0;
  readonly #window: Window;
  #left = Number.POSITIVE_INFINITY;
  #top = Number.POSITIVE_INFINITY;
  #right = 0;
  #bottom = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  add(x: number, y: number): void {
    this.#left = Math.min(this.#left, x);
    this.#top = Math.min(this.#top, y);
    this.#right = Math.max(this.#right, x + 1);
    this.#bottom = Math.max(this.#bottom, y + 1);
    this.pixels++;
  }

  get box(): Box {
    const [left, top] = [Math.max(0, this.#left), Math.max(0, this.#top)];
    const [right, bottom] = [
      Math.min(this.#window.width, this.#right),
      Math.min(this.#window.height, this.#bottom),
    ];
    return [left, top, right - left, bottom - top];
  }
}

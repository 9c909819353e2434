/** One exposure: the site's layers bent by the wind, the animals between them, light, lens and sensor noise. */
import { seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { Box } from '../../domain/vision/box.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { type DeerPlacement, drawDeer, type Sprite } from './body.ts';
import { height, type Layer, width } from './layer.ts';
import type { Site } from './site.ts';

/** What the camera looks at, at one moment. */
export interface Exposure {
  readonly animals: readonly DeerPlacement[];
  /** Seconds: moves the wind. */
  readonly time: number;
  readonly light: Light;
  /** Makes this exposure's noise its own. */
  readonly noiseSeed: number;
}

/** What lights the scene. */
export interface Light {
  /** 1 is a bright day. */
  readonly exposure: number;
  /** -1 cold (shade) .. 1 warm (low sun). */
  readonly warmth: number;
  /** Night: the infrared lamp lights the middle, and the picture is grey. */
  readonly infrared: boolean;
}

/** What is true of an animal in a picture. */
export interface Seen {
  /** Around what can be seen of it; null where nothing can. Px. */
  readonly box: Box | null;
  /** Share of its silhouette that something hides or the picture's edge cuts off, 0..1. */
  readonly hidden: number;
}

/** Less than this many visible pixels can't be told from the leaves. */
const leastPixels = 12;

const daySigma = 2.4;
const nightSigma = 5;

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

  const seen: Seen[] = [];
  for (const { index, sprite, visible } of drawn) seen[index] = measureVisible(sprite, visible);
  return { raster: develop(scene, exposure), seen };
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

function measureVisible(sprite: Sprite, visible: Float32Array): Seen {
  let whole = 0;
  for (let from = 3; from < sprite.rgba.length; from += 4) whole += sprite.rgba[from]! / 255;
  let [left, top, right, bottom, shown, pixels] = [width, height, 0, 0, 0, 0];
  eachPixel(sprite, (at) => {
    shown += visible[at]!;
    if (visible[at]! < 0.5) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    pixels++;
  });
  return {
    box: pixels < leastPixels ? null : [left, top, right - left, bottom - top],
    hidden: whole === 0 ? 1 : Math.max(0, Math.min(1, 1 - shown / whole)),
  };
}

/** A strip of noise that every exposure starts at another place of: drawing it anew would take most of the time. */
const grain = (() => {
  const random = seededRandom(20_260_514);
  return Float32Array.from({ length: 1 << 20 }, () => random.normal());
})();

const grainEnd = grain.length - 1;

function develop(scene: Float32Array, { light, noiseSeed }: Exposure): Raster {
  const data = new Uint8ClampedArray(width * height * 3); // rounds and clamps what is put in
  const random = seededRandom(noiseSeed);
  const start = Math.floor(random.next() * grain.length);
  const gains = [1 + 0.09 * light.warmth, 1, 1 - 0.13 * light.warmth].map((gain) => gain * light.exposure);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const off = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / ((width / 2) ** 2 + (height / 2) ** 2);
      const from = start + at * 3;
      const shared = grain[from & grainEnd]!;
      if (light.infrared) {
        const grey = 0.42 * scene[at * 3]! + 0.42 * scene[at * 3 + 1]! + 0.16 * scene[at * 3 + 2]!;
        const lamp = light.exposure * (1.25 * Math.exp(-2.1 * off) + 0.12);
        data.fill(grey * lamp + nightSigma * shared, at * 3, at * 3 + 3);
        continue;
      }
      const lens = 1 - 0.2 * off;
      for (let channel = 0; channel < 3; channel++) {
        const value = scene[at * 3 + channel]! * gains[channel]! * lens;
        const noise = 0.8 * shared + 0.6 * grain[(from + 1 + channel) & grainEnd]!;
        data[at * 3 + channel] = value + daySigma * noise;
      }
    }
  }
  return { data: new Uint8Array(data.buffer), width, height };
}

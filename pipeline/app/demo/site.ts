/**
 * The place the camera watches: a clearing at a forest's edge, with a bush and a tree that animals pass
 * behind. Everything that does not move by itself is painted once per site; wind bends the layers later.
 */
import sharp from 'sharp';
import { seededRandom } from '../../domain/statistics/seeded-random.ts';
import { blend, type Colour } from './colour.ts';
import { height, horizon, type Layer, layerOf, width } from './layer.ts';
import { layered, mix, type Noise, smoothstep, valueNoise } from './noise.ts';
import { drawBranch, drawBush, drawGrass, drawTuft, type Plant } from './plants.ts';
import { paintTrunks, treeLayer } from './trees.ts';

/** The place, painted: the same for every picture of it. */
export interface Site {
  readonly backdrop: Layer;
  /** From far to near. */
  readonly screens: readonly Layer[];
}

/** The same seed gives the same site. */
export async function buildSite(seed: number): Promise<Site> {
  const backdrop = await paintBackdrop(seed);
  const bush = await plantLayer(
    drawBush(seededRandom(seed + 11), { x: 404, y: 308, size: 134 }),
    308,
    2.6,
    0.3,
  );
  const tree = treeLayer(seed + 12, { x: 528, y: 262, radius: 17 });
  const near = await plantLayer(
    [
      ...drawTuft(seededRandom(seed + 13), { x: 90, y: 372, size: 46, blades: 90 }),
      ...drawTuft(seededRandom(seed + 14), { x: 590, y: 374, size: 52, blades: 110 }),
      ...drawTuft(seededRandom(seed + 15), { x: 330, y: 378, size: 34, blades: 70 }),
    ],
    Number.POSITIVE_INFINITY,
    4,
    1.1,
  );
  const branch = await plantLayer(drawBranch(seededRandom(seed + 16)), Number.POSITIVE_INFINITY, 2.2, 1.3);
  return { backdrop, screens: [tree, bush, near, branch] };
}

async function paintBackdrop(seed: number): Promise<Layer> {
  const rgb = paintGround(seed);
  paintTrunks(rgb, seed);
  const patches = layered(valueNoise(seed + 5), 3);
  const grass = drawGrass(seededRandom(seed + 3), { top: horizon + 4, width, height }, (x, y) =>
    smoothstep(0.36, 0.66, patches(x * 0.011, y * 0.035)),
  );
  const painted = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .composite([{ input: svg(grass) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const rgba = new Uint8Array(width * height * 4);
  const sway = new Float32Array(width * height);
  for (let at = 0; at < width * height; at++) {
    rgba.set([painted[at * 3]!, painted[at * 3 + 1]!, painted[at * 3 + 2]!, 255], at * 4);
    const y = Math.floor(at / width);
    // Leaves above move, trunks and soil hardly; grass moves more the nearer it is.
    sway[at] = y < horizon ? mix(0.9, 0.15, y / horizon) : mix(0.15, 1, (y - horizon) / (height - horizon));
  }
  return layerOf(rgba, sway, horizon);
}

function paintGround(seed: number): Uint8Array {
  const coarse = layered(valueNoise(seed), 5);
  const fine = layered(valueNoise(seed + 1), 3);
  const rgb = new Uint8Array(width * height * 3);
  for (let x = 0; x < width; x++) {
    const edge = horizon + 10 * (coarse(x * 0.012, 3) - 0.5) + 6 * (fine(x * 0.2, 9) - 0.5);
    for (let y = 0; y < height; y++) {
      const colour = y < edge ? forest(x, y, coarse, fine) : meadow(x, y, coarse, fine);
      rgb.set(
        colour.map((value) => Math.max(0, Math.min(255, value))),
        (y * width + x) * 3,
      );
    }
  }
  return rgb;
}

/** Undergrowth in the dark, with light falling through the leaves above. */
function forest(x: number, y: number, coarse: Noise, fine: Noise): Colour {
  const mass = coarse(x * 0.018, y * 0.03);
  const leaves = fine(x * 0.22, y * 0.26);
  const dark = blend([26, 34, 24], [62, 80, 44], smoothstep(0.3, 0.75, mass * 0.7 + leaves * 0.4));
  const gap = smoothstep(0.62, 0.8, fine(x * 0.09 + 40, y * 0.12) * 0.75 + 0.3 * (1 - y / horizon));
  return blend(dark, [176, 190, 168], 0.7 * gap * smoothstep(horizon * 0.75, 10, y));
}

/** Grass, dry grass and bare soil, seen along the ground: finer the farther away. */
function meadow(x: number, y: number, coarse: Noise, fine: Noise): Colour {
  const away = 1 / (y - horizon + 16);
  const [u, v] = [(x - width / 2) * away * 3.2, away * 260];
  const patch = coarse(u * 1.6 + 30, v * 1.6);
  const litter = fine(u * 22, v * 22);
  const grass = blend([70, 88, 44], [122, 126, 70], litter);
  const dry = blend([120, 106, 70], [164, 148, 104], litter);
  const soil = blend([78, 62, 46], [116, 96, 72], litter);
  // A path that animals have worn runs across.
  const trail = smoothstep(16, 5, Math.abs(y - 270 - 22 * (coarse(x * 0.006, 77) - 0.5)));
  const grown = blend(grass, dry, smoothstep(0.42, 0.62, patch));
  const worn = blend(
    grown,
    soil,
    Math.max(smoothstep(0.6, 0.74, coarse(u * 2.2 + 90, v * 2.2)), 0.55 * trail),
  );
  const shade =
    mix(0.62, 1.04, smoothstep(horizon - 4, horizon + 120, y)) *
    (0.88 + 0.24 * coarse(u * 0.7, v * 0.7 + 50));
  return [worn[0] * shade, worn[1] * shade, worn[2] * shade];
}

/**
 * Plants as a layer of their own; they bend more the higher above their foot.
 * @param baseY their foot, see {@link Layer.baseY} @param sway how far the wind bends them at most @param blur sigma; all px
 */
export async function plantLayer(
  plants: readonly Plant[],
  baseY: number,
  sway: number,
  blur: number,
): Promise<Layer> {
  const drawn = sharp(svg(plants)).ensureAlpha();
  const straight = await (blur > 0.3 ? drawn.blur(blur) : drawn).raw().toBuffer();
  const rgba = new Uint8Array(straight.length);
  const reach = new Float32Array(width * height);
  const foot = Number.isFinite(baseY) ? baseY : height;
  for (let at = 0; at < width * height; at++) {
    const alpha = straight[at * 4 + 3]!;
    for (let channel = 0; channel < 3; channel++)
      rgba[at * 4 + channel] = (straight[at * 4 + channel]! * alpha) / 255;
    rgba[at * 4 + 3] = alpha;
    const above = Math.max(0, foot - Math.floor(at / width));
    reach[at] = sway * Math.min(1, above / 70);
  }
  return layerOf(rgba, reach, baseY);
}

function svg(plants: readonly Plant[]): Buffer {
  const shapes = plants.map(({ path, colour, stroke }) =>
    stroke === undefined
      ? `<path d="${path}" fill="${colour}"/>`
      : `<path d="${path}" stroke="${colour}" stroke-width="${stroke}" stroke-linecap="round" fill="none"/>`,
  );
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`,
  );
}

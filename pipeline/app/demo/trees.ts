/** Trunks: the forest's edge, and the tree in the clearing that animals pass behind. */

import { seededRandom } from '../../domain/statistics/seeded-random.ts';
import { blend, type Colour } from './colour.ts';
import { height, horizon, type Layer, layerOf, width } from './layer.ts';
import { layered, mix, type Noise, smoothstep, valueNoise } from './noise.ts';

/** Trees of the forest's edge, farther ones thinner and paler. */
export function paintTrunks(rgb: Uint8Array, seed: number): void {
  const random = seededRandom(seed + 2);
  const bark = layered(valueNoise(seed + 4), 3);
  for (let i = 0; i < 22; i++) {
    const far = 1 - i / 22;
    const radius = mix(9, 1.6, far) * (0.7 + 0.6 * random.next());
    const middle = random.next() * width;
    const foot = horizon + mix(26, -2, far) + 5 * random.next();
    const lean = (random.next() - 0.5) * 0.08;
    for (let y = 0; y < foot; y++) {
      const flare = 1 + 0.5 * smoothstep(foot - radius * 2.5, foot, y);
      const centre = middle + lean * (foot - y);
      paintRow(rgb, y, centre, radius * flare, (t, x) => {
        const light = barkLight(bark, t, x, y);
        return blend([light * 74, light * 64, light * 52], [74, 84, 66], far * 0.65);
      });
    }
  }
}

function barkLight(bark: Noise, t: number, x: number, y: number): number {
  const round = 0.42 + 0.62 * Math.sqrt(Math.max(0, 1 - (t + 0.35) ** 2 / 1.85));
  return round * (0.62 + 0.8 * bark(x * 0.42, y * 0.07));
}

/** Fills one row of a trunk; `t` runs from -1 at its left edge to 1 at its right. */
function paintRow(
  rgb: Uint8Array,
  y: number,
  centre: number,
  radius: number,
  colour: (t: number, x: number) => Colour,
): void {
  for (let x = Math.max(0, Math.floor(centre - radius)); x <= Math.min(width - 1, centre + radius); x++) {
    const cover = Math.max(0, Math.min(1, radius + 0.5 - Math.abs(x + 0.5 - centre)));
    const at = (y * width + x) * 3;
    const [red, green, blue] = colour((x + 0.5 - centre) / radius, x);
    rgb[at] = mix(rgb[at]!, red, cover);
    rgb[at + 1] = mix(rgb[at + 1]!, green, cover);
    rgb[at + 2] = mix(rgb[at + 2]!, blue, cover);
  }
}

/** A tree in the clearing: animals farther away than its foot go behind it. */
export function treeLayer(
  seed: number,
  { x: middle, y: foot, radius }: { x: number; y: number; radius: number },
): Layer {
  const bark = layered(valueNoise(seed), 4);
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < foot; y++) {
    const r = radius * (0.82 + 0.18 * (y / foot) + 0.55 * smoothstep(foot - 26, foot, y));
    const centre = middle + 4 * Math.sin(y * 0.012) + 1.5 * (bark(3, y * 0.05) - 0.5);
    for (let x = Math.floor(centre - r - 1); x <= Math.min(width - 1, centre + r + 1); x++) {
      const ragged = r + 1.6 * (bark(x * 0.3, y * 0.25) - 0.5);
      const cover = Math.max(0, Math.min(1, ragged + 0.5 - Math.abs(x + 0.5 - centre)));
      const t = (x + 0.5 - centre) / r;
      const light = barkLight(bark, t, x * 1.1, y) * 1.12;
      const moss = smoothstep(0.5, 0.75, bark(x * 0.05 + 20, y * 0.03)) * smoothstep(0.4, -0.6, t);
      const colour = blend([light * 92, light * 80, light * 66], [light * 76, light * 92, light * 44], moss);
      rgba.set([...colour.map((value) => Math.min(255, value) * cover), 255 * cover], (y * width + x) * 4);
    }
  }
  return layerOf(rgba, new Float32Array(width * height), foot);
}

/** Changes the look of a view and leaves every thing where it is: light, colour, infrared, noise. */
import type { Random } from '../../pipeline/domain/statistics/seeded-random.ts';

/**
 * In place; `view` is `[pixels, 3]`, RGB.
 *
 * @param strength 0 leaves it as it is, 1 is what a camera sees in a year
 */
export function changeColours(view: Uint8ClampedArray, strength: number, random: Random): void {
  const infrared = random.chance(0.15 * strength);
  const isGrey = infrared || random.chance(0.1 * strength);
  const grey = isGrey ? 1 : Math.max(0, strength * random.between(-0.4, 0.5));
  const contrast = random.logBetween(0.72, 1.35) ** strength;
  const brightness = strength * random.between(-35, 35);
  const gamma = random.logBetween(0.75, 1.33) ** strength;
  const tables = [0, 1, 2].map(() => {
    const gain = infrared ? 1 : 1 + strength * random.between(-0.12, 0.12);
    return Uint8ClampedArray.from({ length: 256 }, (_, v) => {
      const curved = 255 * (v / 255) ** gamma;
      return ((curved - 128) * contrast + 128 + brightness) * gain;
    });
  });
  const [reds, greens, blues] = tables as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray]; // three
  for (let i = 0; i < view.length; i += 3) {
    const r = reds[view[i]!]!;
    const g = greens[view[i + 1]!]!;
    const b = blues[view[i + 2]!]!;
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    view[i] = r + (luma - r) * grey;
    view[i + 1] = g + (luma - g) * grey;
    view[i + 2] = b + (luma - b) * grey;
  }
  if (infrared || random.chance(0.1 * strength)) addNoise(view, random.between(2, 9), random, infrared);
}

/** One draw serves many pixels, at a random place of a short table: a draw a pixel would cost more than the rest. */
function addNoise(view: Uint8ClampedArray, strength: number, random: Random, grey: boolean): void {
  const table = Float32Array.from({ length: 4096 }, () => random.normal() * strength);
  let at = 0;
  for (let i = 0; i < view.length; i += 3) {
    if (i % 192 === 0) at = Math.floor(random.next() * (table.length - 256));
    for (let c = 0; c < 3; c += 1) {
      view[i + c] = view[i + c]! + table[at]!;
      if (!grey) at += 1;
    }
    if (grey) at += 1;
  }
}

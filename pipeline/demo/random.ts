/** Seeded chance: the demo is the same on every machine for a seed. */

/** Gives numbers in 0..1 (1 excluded). */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for pictures. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Normally distributed, mean 0, deviation 1 (Box-Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Smooth noise: 0..1, with a feature at every whole coordinate. */
export type Noise = (x: number, y: number, z?: number) => number;

/** Value noise: chance at the corners of a unit grid, faded between. */
export function valueNoise(seed: number): Noise {
  const corner = (x: number, y: number, z: number) => {
    let h =
      Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(z, 2147483629) + Math.imul(seed, 974711);
    h = Math.imul(h ^ (h >>> 13), 1274126177);
    return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
  };
  const plane = (x: number, y: number, fx: number, fy: number, z: number) =>
    mix(
      mix(corner(x, y, z), corner(x + 1, y, z), fx),
      mix(corner(x, y + 1, z), corner(x + 1, y + 1, z), fx),
      fy,
    );
  return (x, y, z = 0) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const iz = Math.floor(z);
    const fx = fade(x - ix);
    const fy = fade(y - iy);
    const low = plane(ix, iy, fx, fy, iz);
    return z === iz ? low : mix(low, plane(ix, iy, fx, fy, iz + 1), fade(z - iz));
  };
}

function fade(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Octaves of noise, each twice as fine and half as strong: what bark, soil and foliage look like. */
export function layered(noise: Noise, octaves: number): Noise {
  const total = 2 - 2 ** (1 - octaves);
  return (x, y, z = 0) => {
    let sum = 0;
    for (let octave = 0, scale = 1; octave < octaves; octave++, scale *= 2) {
      sum += noise(x * scale, y * scale + octave * 17, z * scale) / scale;
    }
    return sum / total;
  };
}

export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

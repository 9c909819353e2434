/** Noise and blends: what bark, soil and foliage are drawn with. */

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

/** `share` 0 gives `a`, 1 gives `b`. */
export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

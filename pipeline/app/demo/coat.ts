/** What a deer looks like up close: fur, spots and hooves in the light. */
import type { Colour } from './colour.ts';
import { layered, mix, smoothstep, valueNoise } from './noise.ts';
import type { Coat, Vector } from './skeleton.ts';

/** How this animal differs from another: shifts of brightness and warmth, strength of its spots. */
export interface CoatTone {
  readonly light: number;
  readonly warmth: number;
  readonly spots: number;
}

const fur = layered(valueNoise(71), 2);
const patches = valueNoise(72);

const palette: Record<Coat, { back: Colour; belly: Colour }> = {
  body: { back: [106, 78, 54], belly: [182, 158, 128] },
  neck: { back: [110, 84, 60], belly: [160, 136, 108] },
  head: { back: [106, 82, 60], belly: [150, 124, 96] },
  nose: { back: [30, 24, 22], belly: [48, 38, 34] },
  ear: { back: [98, 72, 52], belly: [172, 146, 122] },
  leg: { back: [100, 77, 57], belly: [112, 90, 70] },
  hoof: { back: [34, 29, 26], belly: [30, 26, 24] },
  tail: { back: [96, 66, 44], belly: [226, 218, 204] },
  antler: { back: [140, 118, 92], belly: [104, 84, 62] },
  eye: { back: [14, 11, 10], belly: [14, 11, 10] },
};

/** Toward the sun: from the upper left, behind the camera. */
const sun: Vector = normalise([-0.5, 0.72, 0.48]);

/**
 * Colour of a point of the animal's surface.
 *
 * @param place on the animal, m
 * @param facing in the world: right, up, toward the camera; of length 1
 */
export function coatColour(coat: Coat, [x, y, z]: Vector, [right, up, near]: Vector, tone: CoatTone): Colour {
  const { back, belly } = palette[coat];
  const underside = smoothstep(0.05, -0.75, up);
  const pale = coat === 'body' ? Math.max(underside, 0.75 * smoothstep(0.58, 0.46, y)) : underside;

  const direct = Math.max(0, right * sun[0] + up * sun[1] + near * sun[2]);
  const sky = 0.5 + 0.5 * up;
  const ground = smoothstep(0, 0.5, y);
  const light = (0.3 + 0.36 * sky + 0.62 * direct) * mix(0.7, 1, ground) * (1 + tone.light);

  const hair =
    1 +
    0.42 * (fur(x * 26 + 50, y * 60 + 50, z * 60) - 0.5) +
    0.22 * (patches(x * 7 + 9, y * 7 + 9, z * 7) - 0.5);
  const white = coat === 'body' ? Math.max(rumpPatch(x, y), tone.spots * spot(x, y)) : 0;
  const value = (channel: 0 | 1 | 2, warm: number) => {
    const coloured = mix(back[channel], belly[channel], pale) * hair * (1 + warm * tone.warmth);
    return mix(coloured, [222, 212, 194][channel]!, white) * light;
  };
  return [value(0, 1), value(1, 0.2), value(2, -1)];
}

/** The white patch under the tail. */
function rumpPatch(x: number, y: number): number {
  return smoothstep(-0.53, -0.57, x) * smoothstep(0.58, 0.64, y);
}

/** A sika's summer coat: rows of pale spots along the back and flanks. */
function spot(x: number, y: number): number {
  if (x < -0.5 || x > 0.36 || y < 0.62 || y > 0.86) return 0;
  const row = Math.floor((y - 0.62) / 0.06);
  const shifted = x + patches(row * 5.5, 3) * 0.08;
  const column = Math.floor(shifted / 0.08);
  const chance = (which: number) => patches(column * 3.5 + 0.5, row * 7.5 + 0.5, which * 5 + 0.5);
  const dx = shifted - (column + 0.5 + 0.8 * (chance(1) - 0.5)) * 0.08;
  const dy = y - 0.62 - (row + 0.5 + 0.8 * (chance(2) - 0.5)) * 0.06;
  const size = 0.012 + 0.012 * chance(3);
  return (0.25 + 0.5 * chance(4)) * smoothstep(size, size * 0.5, Math.hypot(dx * 0.8, dy));
}

function normalise([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** What happens in front of the camera: the clip, moment by moment, and stills of other days. */

import { type Random, seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { DeerPlacement } from './body.ts';
import type { Exposure } from './camera.ts';
import type { CoatTone } from './coat.ts';
import { scaleAt } from './layer.ts';
import type { Scene } from './scene.ts';
import type { Light } from './sensor.ts';
import { buildSite } from './site.ts';
import { type Moment, type Walk, walkedPlacements } from './walk.ts';

/** Frames a second of the clip. */
export const fps = 12.5;
/** Frames of the clip. */
export const frames = 160;

/** Comes from the right, grazes, looks up, turns round, passes behind the bush, stops and looks back. */
const story: readonly Moment[] = [
  { at: 0, speed: 0.75, heading: 1, neck: 0.45, look: 0 },
  { at: 1.5, speed: 0.75, heading: 1, neck: 0.4, look: 0 },
  { at: 2.1, speed: 0, heading: 1, neck: 0.2, look: 0 },
  { at: 2.8, speed: 0, heading: 1, neck: -0.95, look: 0.1 },
  { at: 3.9, speed: 0, heading: 1, neck: -0.85, look: -0.15 },
  { at: 4.4, speed: 0, heading: 1, neck: 0.95, look: 0.2 },
  { at: 5.1, speed: 0, heading: 1, neck: 0.9, look: 0.9 },
  { at: 5.5, speed: 0.3, heading: 0.9, neck: 0.7, look: 0.5 },
  { at: 6.6, speed: 0.4, heading: 0.05, neck: 0.5, look: 0 },
  { at: 7.1, speed: 0.82, heading: 0, neck: 0.4, look: 0 },
  { at: 11.2, speed: 0.82, heading: 0, neck: 0.45, look: 0 },
  { at: 11.8, speed: 0, heading: 0, neck: 0.9, look: 0 },
  { at: 12.8, speed: 0, heading: 0, neck: 1, look: -0.8 },
];

const start = { x: 258, y: 268 };
/** The clip's exposures, one per frame. */
export function clipExposures(seed: number): Exposure[] {
  const random = seededRandom(seed);
  const coat: CoatTone = { light: 0.05, warmth: 0, spots: 0.9 };
  const walk: Walk = { start, moments: story, coat, cycle: random.next(), antlers: true };
  return walkedPlacements(walk, frames, fps).map((placement, index) => {
    const time = index / fps;
    // A thin cloud passes.
    const light: Light = { exposure: 1.2 + 0.1 * Math.sin(time * 0.45 + 0.5), warmth: 0.25, infrared: false };
    return { animals: [placement], time, light, noiseSeed: seed * 7919 + index };
  });
}

/** The clip as a scene. */
export async function daylightScene(seed: number): Promise<Scene> {
  return { fps, site: await buildSite(seed), exposures: clipExposures(seed) };
}

/** One exposure on some other day, with one animal anywhere in the clearing, or none. */
export function stillExposure(
  random: Random,
  kind: { readonly infrared: boolean; readonly blank: boolean },
): Exposure {
  const light: Light = kind.infrared
    ? { exposure: random.between(0.9, 1.3), warmth: 0, infrared: true }
    : { exposure: random.between(0.8, 1.45), warmth: random.between(-0.5, 0.9), infrared: false };
  return {
    animals: kind.blank ? [] : [somewhere(random)],
    time: random.next() * 1000,
    light,
    noiseSeed: Math.floor(random.next() * 2 ** 31),
  };
}

function somewhere(random: Random): DeerPlacement {
  const y = random.between(212, 322);
  const walks = random.next() < 0.5;
  const grazes = !walks && random.next() < 0.45;
  return {
    x: random.between(60, 580),
    y,
    scale: scaleAt(y) * random.between(0.85, 1.1),
    heading: random.between(-1, 1) * Math.PI,
    pose: {
      cycle: random.next(),
      stride: walks ? random.between(0.6, 1) : 0,
      neck: grazes ? random.between(-1, -0.5) : random.between(0.2, 1),
      look: grazes ? 0 : random.between(-1, 1) * 0.8,
      flick: random.between(-1, 1),
      antlers: random.next() < 0.6,
    },
    coat: {
      light: random.between(-0.15, 0.15),
      warmth: random.between(-0.12, 0.12),
      spots: random.between(0.2, 1),
    },
  };
}

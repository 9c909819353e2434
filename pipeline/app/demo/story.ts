/** What happens in front of the camera: the clip, moment by moment, and stills of other days. */

import { type Random, seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { DeerPlacement } from './body.ts';
import type { Exposure, Light } from './camera.ts';
import type { CoatTone } from './coat.ts';
import { scaleAt } from './layer.ts';
import { mix, smoothstep } from './noise.ts';
import { strideLength } from './skeleton.ts';

/** Frames a second of the clip. */
export const fps = 12.5;
/** Frames of the clip. */
export const frames = 160;

/** What the animal does at a time; between two moments it changes smoothly. */
interface Moment {
  /** Seconds. */
  readonly at: number;
  /** Metres per second, along its heading. */
  readonly speed: number;
  /** In half turns: 0 right, 0.5 toward the camera, 1 left. */
  readonly heading: number;
  readonly neck: number;
  readonly look: number;
}

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
/** Steps along the picture's depth look this much shorter than across it. */
const foreshortening = 0.16;

/** The clip's exposures, one per frame. */
export function clipExposures(seed: number): Exposure[] {
  const random = seededRandom(seed);
  const coat: CoatTone = { light: 0.05, warmth: 0, spots: 0.9 };
  let { x, y } = start;
  let cycle = random.next();
  return Array.from({ length: frames }, (_, index) => {
    const time = index / fps;
    const now = momentAt(time);
    const way = now.speed / fps;
    const heading = now.heading * Math.PI;
    x += Math.cos(heading) * way * scaleAt(y);
    y += Math.sin(heading) * way * scaleAt(y) * foreshortening;
    cycle += way / strideLength;
    const pose = {
      cycle,
      stride: smoothstep(0.05, 0.45, now.speed),
      neck: now.neck + 0.03 * Math.sin(time * 5),
      look: now.look,
      flick: Math.sin(time * 9) * smoothstep(0.7, 0.95, Math.sin(time * 1.7)),
      antlers: true,
    };
    // A thin cloud passes.
    const light: Light = { exposure: 1.2 + 0.1 * Math.sin(time * 0.45 + 0.5), warmth: 0.25, infrared: false };
    return {
      animals: [{ x, y, scale: scaleAt(y), heading, pose, coat }],
      time,
      light,
      noiseSeed: seed * 7919 + index,
    };
  });
}

function momentAt(time: number): Moment {
  const next = story.findIndex(({ at }) => at > time);
  const [from, to] = next < 1 ? [story.at(-1)!, story.at(-1)!] : [story[next - 1]!, story[next]!];
  const share = from === to ? 0 : smoothstep(from.at, to.at, time);
  return {
    at: time,
    speed: mix(from.speed, to.speed, share),
    heading: mix(from.heading, to.heading, share),
    neck: mix(from.neck, to.neck, share),
    look: mix(from.look, to.look, share),
  };
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

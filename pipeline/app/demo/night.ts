/**
 * A night at the demo's site, as a cheap camera sees it: it switches to infrared as the light goes, its lamp does not
 * reach the forest, the picture flickers and is noisy, and now and then a frame comes twice. A deer walks in, stands
 * for long, grazes, walks on and leaves.
 */
import { type Random, seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { Exposure } from './camera.ts';
import { smoothstep } from './noise.ts';
import type { Scene } from './scene.ts';
import type { Light } from './sensor.ts';
import { buildSite } from './site.ts';
import { type Moment, type Walk, walkedPlacements } from './walk.ts';

const fps = 12.5;
const frames = 288;
/** How often a frame is followed by itself. */
const repeats = 0.03;

/** 288 frames at 12.5 frames a second with one animal. The same seed gives the same night. */
export async function nightScene(seed: number): Promise<Scene> {
  const random = seededRandom(seed * 7919 + 5);
  const placements = walkedPlacements(visit(random), frames, fps);
  const switchesAt = random.between(1.5, 9);
  const exposures: Exposure[] = [];
  for (const [index, placement] of placements.entries()) {
    const before = exposures.at(-1);
    const light = lightAt(index / fps, switchesAt, random);
    if (before && random.chance(repeats)) exposures.push(before);
    else {
      const noiseSeed = Math.floor(random.next() * 2 ** 31);
      exposures.push({ animals: [placement], time: index / fps, light, noiseSeed });
    }
  }
  return { fps, site: await buildSite(seed), exposures };
}

function visit(random: Random): Walk {
  const side = random.chance(0.5) ? 0 : 1; // walks to the right, or to the left
  const toCamera = side === 0 ? -0.8 : 0.8;
  const y = random.between(222, 262);
  const speed = random.between(0.75, 0.95);
  const comes = random.between(0.5, 1.5);
  const stands = comes + random.between(4, 5.2);
  const goes = stands + random.between(8, 9);
  const walking = (at: number): Moment => ({ at, speed, heading: side, neck: 0.4, look: 0 });
  const standing = (at: number, neck: number, look: number): Moment => ({
    at,
    speed: 0,
    heading: side,
    neck,
    look,
  });
  return {
    start: { x: side === 0 ? -95 : 735, y },
    moments: [
      standing(0, 0.4, 0),
      standing(comes - 0.3, 0.4, 0),
      walking(comes),
      walking(stands - 0.6),
      standing(stands, 0.7, 0),
      standing(stands + 2.5, 0.7, toCamera),
      standing(stands + 5, 0.7, toCamera),
      standing(stands + 6, -0.9, 0.1),
      standing(goes - 1, -0.8, 0),
      standing(goes - 0.3, 0.6, 0),
      walking(goes + 0.4),
      walking(frames / fps),
    ],
    coat: { light: random.between(-0.1, 0.15), warmth: 0, spots: random.between(0, 0.5) },
    cycle: random.next(),
    antlers: random.chance(0.5),
    breath: 0.006,
  };
}

/** Dusk in colour, then infrared: too bright at first, soon settled; each frame a little brighter or darker. */
function lightAt(time: number, switchesAt: number, random: Random): Light {
  const flicker = 1 + 0.035 * random.normal();
  const night = { contrast: 0.62, noise: 6.5, eyeShine: 0.8 };
  if (time < switchesAt) {
    const exposure = 0.5 - 0.1 * smoothstep(0, switchesAt, time);
    return { exposure: exposure * flicker, warmth: -0.6, infrared: false, night };
  }
  const settling = 0.9 * Math.exp(-(time - switchesAt) / 0.25);
  return { exposure: (0.95 + settling) * flicker, warmth: 0, infrared: true, night };
}

/** An animal's way through the picture, from what it does moment by moment. */
import type { DeerPlacement } from './body.ts';
import type { CoatTone } from './coat.ts';
import { scaleAt } from './layer.ts';
import { mix, smoothstep } from './noise.ts';
import { strideLength } from './skeleton.ts';

/** What the animal does at a time; between two moments it changes smoothly. */
export interface Moment {
  /** Seconds. */
  readonly at: number;
  /** Metres per second, along its heading. */
  readonly speed: number;
  /** In half turns: 0 right, 0.5 toward the camera, 1 left. */
  readonly heading: number;
  readonly neck: number;
  readonly look: number;
}

/** One animal's visit. */
export interface Walk {
  /** Point on the ground where it begins, px of the picture; it may lie outside. */
  readonly start: { readonly x: number; readonly y: number };
  /** In order of time. */
  readonly moments: readonly Moment[];
  readonly coat: CoatTone;
  /** Of its legs at the start, 0..1. */
  readonly cycle: number;
  readonly antlers: boolean;
  /** Size beside that of the demo's deer; absent: 1. */
  readonly size?: number;
  /** How far its neck moves as it breathes; absent: as the demo's deer. */
  readonly breath?: number;
}

/** Steps along the picture's depth look this much shorter than across it. */
const foreshortening = 0.16;

/** Where it is and what it does in each frame. @param fps frames a second */
export function walkedPlacements(walk: Walk, frames: number, fps: number): DeerPlacement[] {
  const { moments, coat, antlers, size = 1, breath = 0.03 } = walk;
  let { x, y } = walk.start;
  let { cycle } = walk;
  return Array.from({ length: frames }, (_, index) => {
    const time = index / fps;
    const now = momentAt(moments, time);
    const way = now.speed / fps;
    const heading = now.heading * Math.PI;
    const scale = scaleAt(y) * size;
    x += Math.cos(heading) * way * scale;
    y += Math.sin(heading) * way * scale * foreshortening;
    cycle += way / strideLength;
    const pose = {
      cycle,
      stride: smoothstep(0.05, 0.45, now.speed),
      neck: now.neck + breath * Math.sin(time * 5),
      look: now.look,
      flick: Math.sin(time * 9) * smoothstep(0.7, 0.95, Math.sin(time * 1.7)),
      antlers,
    };
    return { x, y, scale: scaleAt(y) * size, heading, pose, coat };
  });
}

function momentAt(moments: readonly Moment[], time: number): Moment {
  const next = moments.findIndex(({ at }) => at > time);
  const [from, to] = next < 1 ? [moments.at(-1)!, moments.at(-1)!] : [moments[next - 1]!, moments[next]!];
  const share = from === to ? 0 : smoothstep(from.at, to.at, time);
  return {
    at: time,
    speed: mix(from.speed, to.speed, share),
    heading: mix(from.heading, to.heading, share),
    neck: mix(from.neck, to.neck, share),
    look: mix(from.look, to.look, share),
  };
}

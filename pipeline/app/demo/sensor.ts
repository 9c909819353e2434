/** What lens, lamp and sensor make of the scene in front of them: the picture's numbers. */
import { seededRandom } from '../../domain/statistics/seeded-random.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { height, horizon, width } from './layer.ts';
import { mix, smoothstep } from './noise.ts';

/** What lights the scene. */
export interface Light {
  /** 1 is a bright day. */
  readonly exposure: number;
  /** -1 cold (shade) .. 1 warm (low sun). */
  readonly warmth: number;
  /** Night: the infrared lamp lights the middle, and the picture is grey. */
  readonly infrared: boolean;
  /** How a cheap camera sees at night; absent: a still from a good one. */
  readonly night?: Night;
}

/** A weak lamp that does not reach the forest, a sensor at its limit, eyes that shine. */
export interface Night {
  /** Grey levels between dark and light, as a share of what a good camera has. */
  readonly contrast: number;
  /** Standard deviation of a pixel's noise, grey levels. */
  readonly noise: number;
  /** 0..1 */
  readonly eyeShine: number;
}

/** The part of what is painted that the camera sees, px; left and top may lie between pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** All that is painted. */
export const wholeScene: Window = { left: 0, top: 0, width, height };

const daySigma = 2.4;
const nightSigma = 5;
/** Grey level of what no light reaches, at night. */
const black = 13;

/** A power of two. */
const grainLength = 1 << 20;
const grainEnd = grainLength - 1;
let drawnGrain: Float32Array | undefined;

/**
 * A strip of noise that every exposure starts at another place of: drawing it anew would take most of the time. It is
 * drawn when the first picture is, since every process of Shika loads this file and few render.
 */
function grainStrip(): Float32Array {
  if (drawnGrain) return drawnGrain;
  const random = seededRandom(20_260_514);
  drawnGrain = Float32Array.from({ length: grainLength }, () => random.normal());
  return drawnGrain;
}

/** @param scene what is painted: RGB, `[360, 640, 3]` @param noiseSeed makes this picture's noise its own */
export function develop(scene: Float32Array, light: Light, noiseSeed: number, window: Window): Raster {
  const data = new Uint8ClampedArray(window.width * window.height * 3); // rounds and clamps what is put in
  const random = seededRandom(noiseSeed);
  const grain = grainStrip();
  const start = Math.floor(random.next() * grain.length);
  const gains = [1 + 0.09 * light.warmth, 1, 1 - 0.13 * light.warmth].map((gain) => gain * light.exposure);
  const seen = throughWindow(scene, window);
  for (let y = 0, at = 0; y < window.height; y++) {
    const reach = lampReach(light, y + window.top);
    for (let x = 0; x < window.width; x++, at++) {
      const off =
        ((x - window.width / 2) ** 2 + (y - window.height / 2) ** 2) /
        ((window.width / 2) ** 2 + (window.height / 2) ** 2);
      const from = start + at * 3;
      const shared = grain[from & grainEnd]!;
      if (light.infrared) {
        const grey = 0.42 * seen[at * 3]! + 0.42 * seen[at * 3 + 1]! + 0.16 * seen[at * 3 + 2]!;
        const lamp = light.exposure * (1.25 * Math.exp(-2.1 * off) + 0.12);
        const value = light.night ? black + light.night.contrast * grey * lamp * reach : grey * lamp;
        data.fill(value + (light.night?.noise ?? nightSigma) * shared, at * 3, at * 3 + 3);
        continue;
      }
      const lens = 1 - 0.2 * off;
      for (let channel = 0; channel < 3; channel++) {
        const value = seen[at * 3 + channel]! * gains[channel]! * lens;
        const noise = 0.8 * shared + 0.6 * grain[(from + 1 + channel) & grainEnd]!;
        data[at * 3 + channel] = value + daySigma * noise;
      }
    }
  }
  return { data: new Uint8Array(data.buffer), width: window.width, height: window.height };
}

/** The lamp fades with the way to a row's ground; what stands above the horizon is the forest. */
function lampReach({ night }: Light, y: number): number {
  return night ? mix(0.3, 1.15, smoothstep(horizon - 30, horizon + 120, y)) : 1;
}

/** The scene shifted to the window, linear between pixels. */
function throughWindow(scene: Float32Array, window: Window): Float32Array {
  if (window === wholeScene) return scene;
  const [left, top] = [Math.floor(window.left), Math.floor(window.top)];
  const [dx, dy] = [window.left - left, window.top - top];
  const seen = new Float32Array(window.width * window.height * 3);
  const value = (x: number, y: number, channel: number) =>
    scene[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + channel]!;
  for (let y = 0, at = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++) {
      for (let channel = 0; channel < 3; channel++, at++) {
        const above = mix(value(left + x, top + y, channel), value(left + x + 1, top + y, channel), dx);
        const below = mix(
          value(left + x, top + y + 1, channel),
          value(left + x + 1, top + y + 1, channel),
          dx,
        );
        seen[at] = mix(above, below, dy);
      }
    }
  }
  return seen;
}

/**
 * Draws a deer: its bones are swept with spheres into a depth buffer, then lit and coloured by what part of
 * the body and which way the surface faces. So it can be seen from any side, with legs that hide each other.
 */
import { type CoatTone, coatColour } from './coat.ts';
import type { Colour } from './colour.ts';
import { mix } from './noise.ts';
import { type Bone, bonesOf, type Coat, type Pose, type Vector } from './skeleton.ts';

/** Where something stands and how it is seen. */
export interface Placement {
  /** Point on the ground under its middle, px of the picture. */
  readonly x: number;
  readonly y: number;
  /** Size there, px per metre. */
  readonly scale: number;
  /** Radians: 0 looks right, quarter of a turn toward the camera, half a turn left. */
  readonly heading: number;
  readonly coat: CoatTone;
}

/** Where the deer stands and what it does. */
export interface DeerPlacement extends Placement {
  readonly pose: Pose;
}

/** A part of the picture, RGB and coverage premultiplied: `[height, width, 4]`, 0..255. */
export interface Sprite {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: Float32Array;
  /** Discs of shade on the ground: centre and radii in px, strength 0..1. */
  readonly shade: readonly { x: number; y: number; rx: number; ry: number; strength: number }[];
  /** Pixels of the picture in which an eye looks toward the camera: they shine in a lamp's light. */
  readonly eyes: readonly { readonly x: number; readonly y: number }[];
}

/** Drawn at twice the size and averaged, so that thin legs and tines have soft edges. */
const oversample = 2;
/** The camera hangs on a tree and looks down a little, radians. */
const cameraPitch = 0.16;
const cosPitch = Math.cos(cameraPitch);
const sinPitch = Math.sin(cameraPitch);

/** Which ball is seen in each oversampled pixel. */
interface Surface {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  /** Index of the ball, plus 1; 0 where nothing is. */
  readonly ball: Uint16Array;
}

/** The deer as a sprite. */
export function drawDeer(placement: DeerPlacement): Sprite {
  return drawBones(bonesOf(placement.pose), placement);
}

/** Bones swept into a depth buffer, lit, averaged down to the picture's pixels. */
export function drawBones(bones: readonly Bone[], placement: Placement): Sprite {
  const view = viewOf(placement);
  const balls = bones.flatMap((bone) => ballsOf(bone, view));
  const edge = (side: (ball: Ball) => number) =>
    balls.reduce((most, ball) => Math.max(most, side(ball)), -Infinity);
  const left = -Math.ceil(edge(({ x, r }) => r - x)) - 1;
  const top = -Math.ceil(edge(({ y, r }) => r - y)) - 1;
  const width = Math.ceil(edge(({ x, r }) => x + r)) + 1 - left;
  const height = Math.ceil(edge(({ y, r }) => y + r)) + 1 - top;

  // In oversampled pixels of the sprite from here on.
  const grown = balls.map(({ x, y, r, depth, up, centre, radius, coat }) => ({
    x: (x - left) * oversample,
    y: (y - top) * oversample,
    r: r * oversample,
    depth: depth * oversample,
    up,
    centre,
    radius,
    coat,
  }));
  const surface: Surface = {
    width: width * oversample,
    height: height * oversample,
    depth: new Float32Array(width * height * oversample ** 2).fill(Number.NEGATIVE_INFINITY),
    ball: new Uint16Array(width * height * oversample ** 2),
  };
  for (const [index, ball] of grown.entries()) stamp(surface, ball, index + 1);
  const rgba = colourIn(surface, grown, view);
  const eyes = visibleEyes(surface, grown).map(({ x, y }) => ({
    x: Math.floor(left + x / oversample),
    y: Math.floor(top + y / oversample),
  }));
  return { left, top, width, height, rgba, shade: shadeOf(balls, view), eyes };
}

/** How the animal's own space lies in the picture. */
interface View extends Placement {
  readonly cosHeading: number;
  readonly sinHeading: number;
}

function viewOf(placement: Placement): View {
  return { ...placement, cosHeading: Math.cos(placement.heading), sinHeading: Math.sin(placement.heading) };
}

/** A direction of the animal's space in the world: right, up, toward the camera. */
function toWorld([x, y, z]: Vector, { cosHeading, sinHeading }: View): Vector {
  return [x * cosHeading + z * sinHeading, y, x * sinHeading - z * cosHeading];
}

interface Ball {
  /** Centre and radius in px of the picture; depth grows toward the camera, px. */
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly depth: number;
  /** Height over the ground, px. */
  readonly up: number;
  readonly centre: Vector;
  readonly radius: number;
  readonly coat: Coat;
}

function ballsOf({ from, to, radius, coat }: Bone, view: View): Ball[] {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  const count = Math.max(1, Math.ceil(length / (0.2 * Math.min(...radius))));
  return Array.from({ length: count + 1 }, (_, i) => {
    const t = i / count;
    const centre: Vector = [mix(from[0], to[0], t), mix(from[1], to[1], t), mix(from[2], to[2], t)];
    const r = mix(radius[0], radius[1], t);
    const [right, up, near] = toWorld(centre, view);
    return {
      x: view.x + right * view.scale,
      y: view.y - (up * cosPitch - near * sinPitch) * view.scale,
      depth: (near * cosPitch + up * sinPitch) * view.scale,
      up: up * view.scale,
      r: r * view.scale,
      centre,
      radius: r,
      coat,
    };
  });
}

function stamp(
  { width, height, depth, ball }: Surface,
  { x: cx, y: cy, r, depth: middle }: Ball,
  index: number,
): void {
  for (let y = Math.max(0, Math.ceil(cy - r - 0.5)); y <= Math.min(height - 1, cy + r - 0.5); y++) {
    const rest = r * r - (y + 0.5 - cy) ** 2;
    for (let x = Math.max(0, Math.ceil(cx - r - 0.5)); x <= Math.min(width - 1, cx + r - 0.5); x++) {
      const square = rest - (x + 0.5 - cx) ** 2;
      if (square < 0) continue;
      const near = middle + Math.sqrt(square);
      const at = y * width + x;
      if (near <= depth[at]!) continue;
      depth[at] = near;
      ball[at] = index;
    }
  }
}

/** One ball of each eye that nothing of the animal hides. */
function visibleEyes({ width, ball }: Surface, balls: readonly Ball[]): Ball[] {
  const visible = balls.filter(({ coat, x, y }) => {
    return coat === 'eye' && balls[ball[Math.floor(y) * width + Math.floor(x)]! - 1]?.coat === 'eye';
  });
  return visible.filter(({ x, y }, i) =>
    visible.every((other, j) => j >= i || Math.hypot(other.x - x, other.y - y) > 2 * oversample),
  );
}

/** Lights the surface and averages it down to the picture's pixels. */
function colourIn(surface: Surface, balls: readonly Ball[], view: View): Float32Array {
  const width = surface.width / oversample;
  const rgba = new Float32Array((width * surface.height * 4) / oversample);
  const share = 1 / oversample ** 2;
  for (let y = 0; y < surface.height; y++) {
    for (let x = 0; x < surface.width; x++) {
      const ball = balls[surface.ball[y * surface.width + x]! - 1];
      if (ball === undefined) continue;
      const [red, green, blue] = lit(ball, (x + 0.5 - ball.x) / ball.r, (y + 0.5 - ball.y) / ball.r, view);
      const to = (Math.floor(y / oversample) * width + Math.floor(x / oversample)) * 4;
      rgba[to]! += red * share;
      rgba[to + 1]! += green * share;
      rgba[to + 2]! += blue * share;
      rgba[to + 3]! += 255 * share;
    }
  }
  return rgba;
}

/**
 * Colour of a ball's surface in the light.
 *
 * @param nx, down which way it faces in the picture, -1..1
 */
function lit({ coat, centre, radius }: Ball, nx: number, down: number, view: View): Colour {
  const { coat: tone, cosHeading, sinHeading } = view;
  const nz = Math.sqrt(Math.max(0, 1 - nx * nx - down * down));
  const up = -down * cosPitch + nz * sinPitch;
  const near = nz * cosPitch + down * sinPitch;
  const x = centre[0] + radius * (nx * cosHeading + near * sinHeading);
  const y = centre[1] + radius * up;
  const z = centre[2] + radius * (nx * sinHeading - near * cosHeading);
  return coatColour(coat, [x, y, z], [nx, up, near], tone);
}

/** Soft shade: under the body, and thrown a little to the right, away from the sun. */
function shadeOf(balls: readonly Ball[], view: View): Sprite['shade'] {
  return balls
    .filter((_, i) => i % 3 === 0)
    .map(({ x, up, r, centre }) => {
      const near = toWorld(centre, view)[2] * view.scale;
      return {
        x: x + 0.45 * up,
        y: view.y + near * sinPitch - 0.06 * up,
        rx: r * 1.1,
        ry: r * 0.32,
        strength: 0.05 / (1 + up / view.scale),
      };
    });
}

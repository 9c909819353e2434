/** Grass, bushes and branches as vector shapes: blades are strokes, leaves are filled lenses. */
import type { Random } from '../../domain/statistics/seeded-random.ts';
import { mix } from './noise.ts';

/** One shape of a plant. */
export interface Plant {
  /** SVG path data, px of the picture. */
  readonly path: string;
  readonly colour: string;
  /** Width of the line, px; absent: the path is filled. */
  readonly stroke?: number;
}

const n = (value: number) => value.toFixed(1);

/**
 * Turf over the whole clearing, longer and wider toward the camera.
 *
 * @param dryness 0..1 at a place of the picture: how likely a blade there is dry
 */
export function drawGrass(
  random: Random,
  { top, width, height }: { top: number; width: number; height: number },
  dryness: (x: number, y: number) => number,
): Plant[] {
  const plants: Plant[] = [];
  for (let y = top; y < height + 12; y += 2.5) {
    const near = (y - top) / (height - top);
    const tones = Array.from({ length: 6 }, () => random.between(0.6, 1.3) * mix(0.8, 1, near));
    const blades = tones.flatMap(() => [[], []] as string[][]); // green and dry ones of each tone
    for (let i = 0; i < mix(270, 110, near); i++) {
      const x = random.next() * width;
      const length = mix(2, 17, near) * random.between(0.35, 1.2);
      const tone = Math.floor(random.next() * tones.length);
      const dry = random.next() < dryness(x, y) ? 1 : 0;
      blades[tone * 2 + dry]!.push(
        blade(x, y + 5 * random.next(), length, random.between(-0.5, 0.5) * length),
      );
    }
    for (const [kind, paths] of blades.entries()) {
      const light = tones[kind >> 1]!;
      const colour =
        kind % 2 === 1 ? rgb(158 * light, 142 * light, 96 * light) : rgb(94 * light, 112 * light, 56 * light);
      if (paths.length > 0) plants.push({ path: paths.join(''), colour, stroke: mix(0.5, 1.4, near) });
    }
  }
  return plants;
}

/** A tuft of long blades from one root. */
export function drawTuft(
  random: Random,
  { x, y, size, blades }: { x: number; y: number; size: number; blades: number },
): Plant[] {
  return Array.from({ length: blades }, () => {
    const length = size * random.between(0.5, 1.2);
    const light = random.between(0.5, 1.05);
    return {
      path: blade(x + random.between(-1, 1) * size * 0.9, y, length, random.between(-0.6, 0.6) * length),
      colour:
        random.next() < 0.3
          ? rgb(140 * light, 126 * light, 82 * light)
          : rgb(78 * light, 96 * light, 46 * light),
      stroke: random.between(1.4, 3),
    };
  });
}

/** A loose bush: stems from one root, leaves darker inside and below, lighter toward the sun; gaps remain. */
export function drawBush(random: Random, { x, y, size }: { x: number; y: number; size: number }): Plant[] {
  const stems: Plant[] = [];
  const leaves: Plant[] = [];
  for (let i = 0; i < 38; i++) {
    const angle = random.between(-1.25, 1.25);
    const length = size * random.between(0.65, 1.15) * (1 - 0.22 * Math.abs(angle));
    const bend = random.between(-0.25, 0.25);
    const root = x + random.between(-0.3, 0.3) * size;
    const at = (t: number) => ({
      x: root + Math.sin(angle + bend * t) * length * t,
      y: y - Math.cos(angle + bend * t) * length * t,
    });
    const [middle, top] = [at(0.5), at(1)];
    stems.push({
      path: `M${n(root)} ${n(y)}Q${n(middle.x)} ${n(middle.y)} ${n(top.x)} ${n(top.y)}`,
      colour: rgb(74, 60, 44),
      stroke: random.between(0.9, 2.2),
    });
    for (let k = 0; k < 52; k++) {
      const t = 0.2 + 0.86 * Math.sqrt(random.next());
      const on = at(t);
      const spread = size * 0.11;
      const [lx, ly] = [on.x + random.between(-1, 1) * spread, on.y + random.between(-1, 1) * spread];
      const light = mix(0.5, 1.15, t) * random.between(0.7, 1.2) * (lx < x ? 1.06 : 0.9);
      leaves.push({
        path: leaf(lx, ly, random.between(4, 8), random.between(0, 6.3)),
        colour: rgb(88 * light, 118 * light, 54 * light),
      });
    }
  }
  return [...stems, ...shuffled(random, leaves)];
}

/** A branch that hangs into the picture at its upper left, near the camera. */
export function drawBranch(random: Random): Plant[] {
  const twig: Plant = { path: 'M-10 14Q80 22 190 74', colour: rgb(62, 52, 40), stroke: 3.4 };
  const leaves = Array.from({ length: 90 }, () => {
    const t = random.between(0, 1.06);
    const x = mix(-10, 190, t) + random.between(-16, 16);
    const y = mix(14, 74, t ** 1.6) + random.between(-12, 30);
    const light = random.between(0.6, 1.4);
    return {
      path: leaf(x, y, random.between(8, 15), random.between(0.4, 2.6)),
      colour: rgb(96 * light, 122 * light, 54 * light),
    };
  });
  return [twig, ...leaves];
}

function blade(x: number, y: number, length: number, lean: number): string {
  return `M${n(x)} ${n(y)}q${n(lean * 0.2)} ${n(-length * 0.6)} ${n(lean)} ${n(-length)}`;
}

function leaf(x: number, y: number, length: number, angle: number): string {
  const [dx, dy] = [Math.cos(angle) * length, Math.sin(angle) * length];
  const [sx, sy] = [-dy * 0.34, dx * 0.34];
  return (
    `M${n(x - dx / 2)} ${n(y - dy / 2)}Q${n(x + sx)} ${n(y + sy)} ${n(x + dx / 2)} ${n(y + dy / 2)}` +
    `Q${n(x - sx)} ${n(y - sy)} ${n(x - dx / 2)} ${n(y - dy / 2)}Z`
  );
}

/** Not `random.shuffle`: another order would give other pictures for the same seed. */
function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function rgb(red: number, green: number, blue: number): string {
  const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  return `rgb(${byte(red)},${byte(green)},${byte(blue)})`;
}

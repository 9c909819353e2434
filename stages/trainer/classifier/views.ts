/** Views of a picture that the network learns from: the whole as it is, or a part, mirrored or not, in other light. */
import { type Random, seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { type Raster, resizeRegion } from '../../../pipeline/domain/vision/image.ts';
import { changeColours } from '../colour.ts';

/** What a view will show. */
export interface ClassifierViewPlan {
  /** Whole px of the picture. */
  readonly region: Box;
  readonly mirrored: boolean;
  /** Seed of a change of light and colours; null: they stay. */
  readonly look: number | null;
}

/** Least share of the picture's area that a part has. */
const leastArea = 0.35;

/** Of the change of colours, as `changeColours` has it: every fifth part is grey. */
const colourStrength = 0.8;

/** The first view is the picture as it is used later; the others are random parts of it in other light, half of them mirrored. */
export function planClassifierViews(
  { width, height }: Raster,
  count: number,
  random: Random,
): ClassifierViewPlan[] {
  const views: ClassifierViewPlan[] = [{ region: [0, 0, width, height], mirrored: false, look: null }];
  while (views.length < count) {
    // Of the picture's own shape, more or less: whole pictures are stretched to a square too.
    const scale = Math.sqrt(random.between(leastArea, 1));
    const stretch = Math.sqrt(random.logBetween(3 / 4, 4 / 3));
    const [w, h] = [within(width * scale * stretch, width), within((height * scale) / stretch, height)];
    const left = Math.floor(random.next() * (width - w + 1));
    const top = Math.floor(random.next() * (height - h + 1));
    const look = Math.floor(random.next() * 2 ** 32);
    views.push({ region: [left, top, w, h], mirrored: random.chance(0.5), look });
  }
  return views;
}

/** @param side of the square that the network sees, px */
export async function makeClassifierView(
  picture: Raster,
  { region, mirrored, look }: ClassifierViewPlan,
  side: number,
): Promise<Raster> {
  const view = await resizeRegion(picture, region, side, side);
  if (look !== null) {
    const { buffer, byteOffset, length } = view.data;
    changeColours(new Uint8ClampedArray(buffer, byteOffset, length), colourStrength, seededRandom(look));
  }
  return mirrored ? mirror(view) : view;
}

/** Left to right. */
export function mirror({ data, width, height }: Raster): Raster {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      turned[to] = data[from]!;
      turned[to + 1] = data[from + 1]!;
      turned[to + 2] = data[from + 2]!;
    }
  }
  return { data: turned, width, height };
}

function within(side: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round(side)));
}

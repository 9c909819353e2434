/**
 * Pictures by day made into pictures by night, to score detectors on: grey, dark, and as an infrared camera trap sees
 * them: less light, a lamp that does not reach far, a soft lens, a sensor's noise, and a JPEG at the end.
 */
import { type SeededRandom, seededRandom } from '../../pipeline/domain/statistics/seeded-random.ts';
import { decodeImage, encodeJpeg, type Raster, resizeRegion } from '../../pipeline/domain/vision/image.ts';

export const looks = ['day', 'grey', 'dark', 'infrared'] as const;
export type Look = (typeof looks)[number];

/** @param seed what is chosen at random follows from it */
export async function asSeen(jpeg: Uint8Array, look: Look, seed: number): Promise<Uint8Array> {
  if (look === 'day') return jpeg;
  const random = seededRandom(seed);
  const raster = await decodeImage(jpeg, look);
  if (look === 'grey') return encodeJpeg(greyOf(raster, [0.299, 0.587, 0.114]), 90);
  if (look === 'dark') {
    const grey = greyOf(raster, [0.299, 0.587, 0.114]);
    return encodeJpeg(exposed(grey, random.between(0.12, 0.3), random.between(1.5, 3), random), 50);
  }
  const grey = greyOf(raster, [0.5, 0.45, 0.05]);
  const soft = await softened(flashed(grey, random), random.between(1.3, 2.2));
  return encodeJpeg(exposed(soft, random.between(0.35, 0.7), random.between(0.5, 1.5), random), 40);
}

function greyOf({ data, width, height }: Raster, [r, g, b]: readonly [number, number, number]): Raster {
  const grey = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    grey.fill(Math.round(r * data[at]! + g * data[at + 1]! + b * data[at + 2]!), at, at + 3);
  }
  return { data: grey, width, height };
}

/** A lamp beside the lens: bright in the middle, black in the corners. */
function flashed({ data, width, height }: Raster, random: SeededRandom): Raster {
  const [x0, y0] = [random.between(0.35, 0.65) * width, random.between(0.4, 0.7) * height];
  const reach = random.between(0.45, 0.9) * Math.max(width, height);
  const lit = data.map((value, at) => {
    const pixel = Math.floor(at / 3);
    const distance = Math.hypot((pixel % width) - x0, Math.floor(pixel / width) - y0);
    return value / (1 + (distance / reach) ** 3);
  });
  return { data: lit, width, height };
}

/** Out of focus by so many px. */
async function softened(raster: Raster, pixels: number): Promise<Raster> {
  const { width, height } = raster;
  const [small, low] = [Math.round(width / pixels), Math.round(height / pixels)];
  return resizeRegion(
    await resizeRegion(raster, [0, 0, width, height], small, low),
    [0, 0, small, low],
    width,
    height,
  );
}

/** Less light, with the noise of a sensor that has little: its variance is light's, and the reader's own. */
function exposed(
  { data, width, height }: Raster,
  light: number,
  reader: number,
  random: SeededRandom,
): Raster {
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const value = data[at]! * light;
    const noisy = value + random.normal() * Math.sqrt(0.35 * value + reader ** 2);
    // The camera lifts the shadows a little.
    result.fill(Math.max(0, Math.min(255, Math.round(noisy * 1.15 + 6))), at, at + 3);
  }
  return { data: result, width, height };
}

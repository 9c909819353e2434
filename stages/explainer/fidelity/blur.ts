/** A picture of which only the large shapes are left: what deletion and insertion put in a cell's place. */
import type { Channels } from './impute.ts';

/** Three boxes in a row come near a Gaussian. @param radius px of each box */
export function blur(picture: Channels, radius: number): Channels {
  let values = picture.values;
  for (let pass = 0; pass < 3; pass++) {
    values = along(values, picture.height, picture.width * 3, picture.width, 3, radius);
    values = along(values, picture.width, 3, picture.height, picture.width * 3, radius);
  }
  return { ...picture, values };
}

/** The running mean along lines: `lines` of `length` pixels, `lineStep` and `pixelStep` numbers apart; edges are held. */
function along(
  values: Float32Array,
  lines: number,
  lineStep: number,
  length: number,
  pixelStep: number,
  radius: number,
): Float32Array {
  const means = new Float32Array(values.length);
  const size = 2 * radius + 1;
  for (let line = 0; line < lines; line++) {
    for (let c = 0; c < 3; c++) {
      const start = line * lineStep + c;
      const at = (i: number) => values[start + Math.max(0, Math.min(length - 1, i)) * pixelStep]!;
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += at(i);
      for (let i = 0; i < length; i++) {
        means[start + i * pixelStep] = sum / size;
        sum += at(i + radius + 1) - at(i - radius);
      }
    }
  }
  return means;
}

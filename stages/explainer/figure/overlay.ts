/** The map laid over the region that was shown, pixel by pixel. */
import { type ColormapName, colourise } from '../../../pipeline/domain/vision/colormap.ts';
import { crop, encodePng, type Raster } from '../../../pipeline/domain/vision/image.ts';
import type { DetectorExplanation } from '../detector/explain.ts';
import { toUnit } from '../pixels.ts';

/** Share of the colours, as usual for such pictures. */
const opacity = 0.5;

/** A PNG of the region's size. @param picture the one that was explained */
export async function overlayOf(
  picture: Raster,
  of: DetectorExplanation,
  colours: ColormapName,
): Promise<Uint8Array> {
  const { data, width, height } = crop(picture, of.region);
  const map = colourise(toUnit(of.shown).values, width, height, colours);
  const blended = data.map((value, i) => Math.round(value * (1 - opacity) + map.data[i]! * opacity));
  return encodePng({ data: blended, width, height });
}

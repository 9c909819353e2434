/** The map laid over the picture, pixel by pixel. */
import { type ColormapName, colourise } from '../../../pipeline/domain/vision/colormap.ts';
import { encodePng, type Raster } from '../../../pipeline/domain/vision/image.ts';
import type { HeatMap } from '../maps.ts';
import { toUnit } from '../pixels.ts';

/** A PNG of the picture's size, half picture and half colours, as usual for such pictures. @param map one value a pixel of the picture */
export async function overlayOf(
  { data, width, height }: Raster,
  map: HeatMap,
  colours: ColormapName,
): Promise<Uint8Array> {
  const coloured = colourise(toUnit(map).values, width, height, colours);
  const blended = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    blended[i] = (data[i]! + coloured.data[i]! + 1) >> 1;
  }
  return encodePng({ data: blended, width, height });
}

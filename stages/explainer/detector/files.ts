/** An explanation as files: the figure, the overlay, and everything in numbers. */
import type { ColormapName } from '../../../pipeline/domain/vision/colormap.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import { overlayOf } from '../figure/overlay.ts';
import type { DetectorExplanation } from './explain.ts';
import { detectorFigure } from './figure.ts';

export interface FilesOptions {
  /** The true label; null where it is not known. */
  readonly truth: string | null;
  readonly colours: ColormapName;
}

/** `figure.png`, `overlay.png`, `result.json`. @param picture the one that was explained */
export async function detectorExplanationFiles(
  picture: Raster,
  of: DetectorExplanation,
  options: FilesOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map([
    ['figure.png', await detectorFigure(picture, of, options)],
    ['overlay.png', await overlayOf(picture, of, options.colours)],
    ['result.json', new TextEncoder().encode(`${JSON.stringify(resultOf(of, options.truth))}\n`)],
  ]);
}

/** {@link DetectorExplanation} without the map's smoothed copy; the map itself to 6 digits, row by row. */
function resultOf({ shown: _, map, ...rest }: DetectorExplanation, truth: string | null) {
  const values = Array.from(map.values, (value) => Number(value.toPrecision(6)));
  return { ...rest, truth, map: { width: map.width, height: map.height, values } };
}

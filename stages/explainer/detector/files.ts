/** A detector's explanation as files: the figure, the overlay, and everything in numbers. */
import { crop, type Raster } from '../../../pipeline/domain/vision/image.ts';
import type { FigureOptions } from '../figure/options.ts';
import { overlayOf } from '../figure/overlay.ts';
import type { DetectorExplanation } from './explain.ts';
import { detectorFigure } from './figure.ts';

/** `figure.png`, `overlay.png`, `result.json`. @param picture the one that was explained */
export async function detectorExplanationFiles(
  picture: Raster,
  explanation: DetectorExplanation,
  options: FigureOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { region, shown } = explanation;
  return new Map([
    ['figure.png', await detectorFigure(picture, explanation, options)],
    ['overlay.png', await overlayOf(crop(picture, region), shown, options.colours)],
    ['result.json', new TextEncoder().encode(`${JSON.stringify(resultOf(explanation, options.truth))}\n`)],
  ]);
}

/** {@link DetectorExplanation} without the map's smoothed copy; the map itself to 6 digits, row by row. */
function resultOf({ shown: _, map, ...rest }: DetectorExplanation, truth: string | null) {
  const values = Array.from(map.values, (value) => Number(value.toPrecision(6)));
  return { ...rest, truth, map: { width: map.width, height: map.height, values } };
}

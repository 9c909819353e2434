/** A classifier's explanation as files: the figure, the overlay, and everything in numbers. */
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import type { FigureOptions } from '../figure/options.ts';
import { overlayOf } from '../figure/overlay.ts';
import type { ClassifierExplanation } from './explain.ts';
import { classifierFigure } from './figure.ts';

/** `figure.png`, `overlay.png`, `result.json`. @param picture the one that was explained */
export async function classifierExplanationFiles(
  picture: Raster,
  explanation: ClassifierExplanation,
  options: FigureOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Map([
    ['figure.png', await classifierFigure(picture, explanation, options)],
    ['overlay.png', await overlayOf(picture, explanation.shown, options.colours)],
    ['result.json', new TextEncoder().encode(`${JSON.stringify(resultOf(explanation, options.truth))}\n`)],
  ]);
}

/** {@link ClassifierExplanation} without the map's smoothed copy; the map itself to 6 digits, row by row. */
function resultOf({ shown: _, map, ...rest }: ClassifierExplanation, truth: string | null) {
  const values = Array.from(map.values, (value) => Number(value.toPrecision(6)));
  const isRight = truth === null ? null : rest.predictions[0]?.label === truth;
  return { ...rest, truth, isRight, map: { width: map.width, height: map.height, values } };
}

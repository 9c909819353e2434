/** Scores a network on labelled pictures, each shown whole, as `shika eval` does. */
import { setImmediate } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { detectWith, type NetworkReading } from '../../../pipeline/models/detector.ts';
import {
  type DetectionScores,
  detectionScores,
  type ScoredImage,
} from '../../../pipeline/scores/detection.ts';
import type { Size } from '../../../pipeline/vision/box.ts';
import { decodeImage, letterbox, type Raster } from '../../../pipeline/vision/image.ts';
import type { Example } from './example.ts';

/** Boxes with less can't change the scores to be seen. */
const minScore = 0.01;
const batch = 8;

/** A picture, what is there, and what the network finds there; boxes in px of the picture. */
export interface Looked extends ScoredImage {
  readonly size: Size;
}

export async function evaluate(
  model: LayersModel,
  reading: NetworkReading,
  examples: readonly Example[],
): Promise<DetectionScores> {
  return detectionScores(await lookAt(model, reading, examples));
}

/** One result an example, in order. */
export async function lookAt(
  model: LayersModel,
  reading: NetworkReading,
  examples: readonly Example[],
): Promise<Looked[]> {
  const images: Looked[] = [];
  for (let first = 0; first < examples.length; first += batch) {
    images.push(...(await lookAtSome(model, reading, examples.slice(first, first + batch))));
    await setImmediate(); // lets heartbeats through
  }
  return images;
}

async function lookAtSome(
  model: LayersModel,
  reading: NetworkReading,
  examples: readonly Example[],
): Promise<Looked[]> {
  const pictures = await Promise.all(examples.map(async ({ jpeg, name }) => decodeImage(await jpeg(), name)));
  const shown = await Promise.all(pictures.map((picture) => whole(picture, reading.side)));
  const found = await detectWith(
    model,
    reading,
    shown.map(({ raster }) => raster),
    minScore,
  );
  return examples.map(({ boxes }, i) => ({
    truth: boxes.filter(({ weight }) => weight > 0),
    found: found[i]!.map(({ box: [x, y, w, h], score, label }) => {
      const { scale } = shown[i]!;
      return { box: [x / scale, y / scale, w / scale, h / scale], score, label };
    }),
    size: { width: pictures[i]!.width, height: pictures[i]!.height },
  }));
}

function whole(raster: Raster, side: number): ReturnType<typeof letterbox> {
  return letterbox(raster, [0, 0, raster.width, raster.height], side);
}

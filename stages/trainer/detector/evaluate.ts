/** Scores a network on labelled pictures, each shown whole, as `shika eval` does. */
import { setImmediate } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { detectWith, type NetworkReading } from '../../../pipeline/models/detector.ts';
import {
  type DetectionScores,
  detectionScores,
  type ScoredImage,
} from '../../../pipeline/scores/detection.ts';
import { decodeImage, letterbox, type Raster } from '../../../pipeline/vision/image.ts';
import type { Example } from './example.ts';

/** Boxes with less can't change the scores to be seen. */
const minScore = 0.01;
const batch = 8;

export async function evaluate(
  model: LayersModel,
  reading: NetworkReading,
  examples: readonly Example[],
): Promise<DetectionScores> {
  const images: ScoredImage[] = [];
  for (let first = 0; first < examples.length; first += batch) {
    images.push(...(await scored(model, reading, examples.slice(first, first + batch))));
    await setImmediate(); // lets heartbeats through
  }
  return detectionScores(images);
}

async function scored(
  model: LayersModel,
  reading: NetworkReading,
  examples: readonly Example[],
): Promise<ScoredImage[]> {
  const shown = await Promise.all(
    examples.map(async ({ jpeg, name }) => whole(await decodeImage(await jpeg(), name), reading.side)),
  );
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
  }));
}

function whole(raster: Raster, side: number): ReturnType<typeof letterbox> {
  return letterbox(raster, [0, 0, raster.width, raster.height], side);
}

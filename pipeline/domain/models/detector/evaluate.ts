/** Scores what finds animals on labelled pictures, each shown whole, as `shika eval` does. */
import { setImmediate } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type DetectionScores, detectionScores, type ScoredImage } from '../../scores/detection.ts';
import type { Box, Size } from '../../vision/box.ts';
import { type Letterboxed, letterbox, type Raster, withImage } from '../../vision/image.ts';
import type { ModelFiles } from '../files.ts';
import type { Detection } from './decode.ts';
import { Detector, detectWith, type NetworkReading } from './detector.ts';

/** Boxes with less can't change the scores to be seen. */
const minScore = 0.01;
const batch = 8;

/** A stored detector, or a network that is being trained. */
export interface DetectorLike {
  /** Of its square input, px. */
  readonly side: number;
  /**
   * @param pictures of its size
   * @returns of each its boxes, best first
   */
  detect(pictures: readonly Raster[], minScore: number): Promise<readonly (readonly Detection[])[]>;
}

/** A picture with all animals in it boxed; one without boxes shows none. */
export interface LabelledPicture {
  /** For errors and the digest. */
  readonly name: string;
  /** May be called several times. */
  readonly jpeg: () => Promise<Uint8Array>;
  readonly boxes: readonly WeightedBox[];
}

/** A true box, and how much it counts. */
export interface WeightedBox {
  /** px of the picture */
  readonly box: Box;
  readonly label: string;
  /** 0..1; where it is 0 it is not scored against. */
  readonly weight: number;
}

/** A network that is being trained, run as a detector without a verifier. */
export function networkAsDetector(network: LayersModel, reading: NetworkReading): DetectorLike {
  return {
    side: reading.side,
    detect: (pictures, minScore) => detectWith(network, reading, pictures, minScore),
  };
}

/** A picture, what is there, and what is found there; boxes in px of the picture. */
export interface ExampleDetections extends ScoredImage {
  readonly size: Size;
}

/** Scores on labelled pictures, each shown whole. */
export async function evaluate(
  detector: DetectorLike,
  examples: readonly LabelledPicture[],
): Promise<DetectionScores> {
  return detectionScores(await detectExamples(detector, examples));
}

/** {@link detectExamples} with a stored detector. @throws PoisonError where its files are damaged */
export async function loadAndDetectExamples(
  model: ModelFiles,
  examples: readonly LabelledPicture[],
): Promise<ExampleDetections[]> {
  const detector = await Detector.load(model);
  try {
    return await detectExamples(detector, examples);
  } finally {
    detector.dispose();
  }
}

/** What is found in each example, shown whole; one result an example, in order. */
export async function detectExamples(
  detector: DetectorLike,
  examples: readonly LabelledPicture[],
): Promise<ExampleDetections[]> {
  const images: ExampleDetections[] = [];
  for (let first = 0; first < examples.length; first += batch) {
    images.push(...(await detectBatch(detector, examples.slice(first, first + batch))));
    await setImmediate(); // lets heartbeats through
  }
  return images;
}

async function detectBatch(
  detector: DetectorLike,
  examples: readonly LabelledPicture[],
): Promise<ExampleDetections[]> {
  const inputs = await Promise.all(
    examples.map(async ({ jpeg, name }) =>
      withImage(await jpeg(), name, (picture) => letterboxWhole(picture, detector.side)),
    ),
  );
  const found = await detector.detect(
    inputs.map(({ raster }) => raster),
    minScore,
  );
  return examples.map(({ boxes }, i) => ({
    truth: boxes.filter(({ weight }) => weight > 0),
    found: found[i]!.map(({ box: [x, y, w, h], score, label }) => {
      const { scale } = inputs[i]!;
      return { box: [x / scale, y / scale, w / scale, h / scale], score, label };
    }),
    size: sizeOf(inputs[i]!),
  }));
}

function letterboxWhole(raster: Raster, side: number): Promise<Letterboxed> {
  return letterbox(raster, [0, 0, raster.width, raster.height], side);
}

/** Of a picture that was letterboxed whole. */
function sizeOf({ region: [, , width, height] }: Letterboxed): Size {
  return { width, height };
}

/** Trains a detector's verifier: MobileNetV2 stays as ImageNet left it, and the last layer learns what is an animal here. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { pooledLayer, scoresLayer } from '../../../pipeline/domain/models/classifier/network.ts';
import { pretrainedClassifierNetwork } from '../../../pipeline/domain/models/classifier/pretrained.ts';
import type { DetectorLike } from '../../../pipeline/domain/models/detector/evaluate.ts';
import { runOnBoxes, verifierSide } from '../../../pipeline/domain/models/detector/verifier.ts';
import { filesOfModel, type ModelFiles } from '../../../pipeline/domain/models/files.ts';
import { inferenceOf } from '../../../pipeline/domain/models/frozen/inference.ts';
import { evenlySpaced } from '../../../pipeline/domain/statistics/evenly-spaced.ts';
import { type Box, iou } from '../../../pipeline/domain/vision/box.ts';
import { decodeImage, letterbox } from '../../../pipeline/domain/vision/image.ts';
import { splitModel, upTo } from '../split-model.ts';
import type { DetectorExample } from './example.ts';
import { fitLogistic } from './logistic.ts';

/** What a verifier is trained from. */
export interface VerifierOptions {
  /** The trained detector, whose false alarms are learned from. */
  readonly finder: DetectorLike;
  readonly examples: readonly DetectorExample[];
  readonly classes: readonly string[];
  /** A file of MobileNetV2's weights as `readKerasWeights` takes it. */
  readonly weights: string;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** A trained verifier, ready to be stored with its detector. */
export interface TrainedVerifier {
  readonly files: ModelFiles;
  /** Boxes that it learned from: of animals, and of something else. */
  readonly boxes: number;
  readonly others: number;
}

/** With fewer of either kind it would learn these few by heart. */
const fewestBoxes = 30;

/** False alarms that are hardly seen are learned from too: on its own pictures a trained detector has few others. */
const minScore = 0.005;
/** Of a picture, best first. */
const mostFound = 20;

/** More pictures take time and tell little more. */
const mostPictures = 1000;

/** A found box with more overlap is the animal, one with less is something else; between, nobody knows. */
const sameOverlap = 0.5;
const otherOverlap = 0.3;

/** A box of a picture as the detector is shown it, and what it is: a label, or null for none of the classes. */
interface Candidate {
  readonly box: Box;
  readonly label: string | null;
  readonly weight: number;
}

interface Row {
  readonly features: Float32Array;
  readonly label: string | null;
  readonly weight: number;
}

/**
 * `openBackend` comes first.
 *
 * @returns null where there is too little to learn what is *no* animal
 * @throws PoisonError where a picture or the weights are damaged
 */
export async function trainVerifier(options: VerifierOptions): Promise<TrainedVerifier | null> {
  const { classes, weights, seed } = options;
  const { model } = await pretrainedClassifierNetwork(weights, {
    side: verifierSide,
    classes: classes.length,
    seed,
  });
  try {
    const rows = await rowsOf(model, options);
    const others = rows.filter(({ label }) => label === null).length;
    const boxes = rows.length - others;
    if (boxes < fewestBoxes || others < fewestBoxes) return null;
    const fitted = classes.map((name) =>
      fitLogistic(rows.map(({ features, label, weight }) => ({ features, isTrue: label === name, weight }))),
    );
    tf.tidy(() => {
      const kernel = tf.tensor2d(fitted.map(({ coefficients }) => Array.from(coefficients))).transpose();
      model.getLayer(scoresLayer).setWeights([kernel, tf.tensor1d(fitted.map(({ bias }) => bias))]);
    });
    return { files: await filesOfModel(model, 'verifier'), boxes, others };
  } finally {
    model.dispose();
  }
}

/** What MobileNetV2 makes of every candidate in the pictures. */
async function rowsOf(model: LayersModel, { finder, examples, signal }: VerifierOptions): Promise<Row[]> {
  const { frozen: body } = splitModel(model, upTo(model, pooledLayer));
  const inference = await inferenceOf(body!); // of the layers up to the pool, which every such model has
  const rows: Row[] = [];
  try {
    for (const example of drawn(examples)) {
      await setImmediate();
      signal?.throwIfAborted();
      const picture = await decodeImage(await example.jpeg(), example.name);
      const whole = [0, 0, picture.width, picture.height] as const;
      const { raster, scale } = await letterbox(picture, whole, finder.side);
      const found = (await finder.detect([raster], minScore))[0]!.slice(0, mostFound);
      const candidates = candidatesOf(
        example,
        scale,
        found.map(({ box }) => box),
      );
      const features = await runOnBoxes(
        inference,
        candidates.map(({ box }) => ({ picture: raster, box })),
      );
      rows.push(...candidates.map(({ label, weight }, i) => ({ label, weight, features: features[i]! })));
    }
    return rows;
  } finally {
    inference.dispose();
  }
}

/**
 * Those in which a person drew every box, evenly over all. From the frames of a clip it would learn that a deer is this
 * deer, and everything else the bush behind it.
 */
function drawn(examples: readonly DetectorExample[]): readonly DetectorExample[] {
  const all = examples.filter(({ boxes }) => !boxes.some(({ isAutomatic }) => isAutomatic));
  return evenlySpaced(all, mostPictures);
}

/** The true boxes, and what is found as what it is. */
function candidatesOf({ boxes }: DetectorExample, scale: number, found: readonly Box[]): Candidate[] {
  const truth = boxes.map(({ box: [x, y, w, h], label, weight }) => {
    return { box: [x * scale, y * scale, w * scale, h * scale] as const, label, weight };
  });
  const seen = found.flatMap((box): Candidate[] => {
    const overlaps = truth.map((target) => iou(target.box, box));
    const most = Math.max(0, ...overlaps);
    if (most < otherOverlap) return [{ box, label: null, weight: 1 }];
    const { label, weight } = truth[overlaps.indexOf(most)]!;
    return most > sameOverlap ? [{ box, label, weight }] : [];
  });
  return [...truth, ...seen].filter(({ weight }) => weight > 0);
}

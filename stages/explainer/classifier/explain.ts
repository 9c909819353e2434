/** Why a classifier calls a picture what it calls it: picture and question in, map and measures out. */
import type { Classifier, Prediction } from '../../../pipeline/domain/models/classifier/classifier.ts';
import type { Raster } from '../../../pipeline/domain/vision/image.ts';
import { type Measures, measure } from '../fidelity/measure.ts';
import type { HeatMap } from '../maps.ts';
import type { AnyMethodName } from '../method/method.ts';
import { resample } from '../pixels.ts';
import type { SanityVerdict } from '../sanity/verdict.ts';
import { ClassifierCase, type ClassifierQuestion } from './case.ts';
import { type ClassifierTrust, classifierTrust } from './trust.ts';

/** The map of a classifier's class, with all that a figure and its numbers need. */
export interface ClassifierExplanation {
  readonly method: AnyMethodName;
  readonly layer: string;
  /** Id of the model. */
  readonly model: string;
  /** The class that the map is of, and its probability. */
  readonly label: string;
  readonly score: number;
  /** All classes, most probable first: the first is the predicted one. */
  readonly predictions: readonly Prediction[];
  /** As the method gives it, over the whole picture. */
  readonly map: HeatMap;
  /** Size of a cell of the map, px of the picture. */
  readonly cell: readonly [width: number, height: number];
  /** The map on the picture's pixels, smoothed. */
  readonly shown: HeatMap;
  /** Whether the method shows what this model learned; left out where that was not tried. */
  readonly sanity?: SanityVerdict;
  /** What the map is worth beside maps that know nothing of the model; left out where it was not asked for. */
  readonly fidelity?: Measures;
  /** What that says; left out with it. */
  readonly trust?: ClassifierTrust;
}

/**
 * Opens the case, explains it, closes it.
 *
 * @param measured whether to see what the map is worth, which takes some 120 runs of the network
 * @throws PoisonError where the model has no such class or layer, or the method does not suit the layer
 */
export async function explainClassifier(
  classifier: Classifier,
  picture: Raster,
  {
    method,
    measured = true,
    ...question
  }: ClassifierQuestion & { method: AnyMethodName; measured?: boolean },
): Promise<ClassifierExplanation> {
  const opened = await ClassifierCase.open(classifier, picture, question);
  try {
    return await explainClassifierCase(opened, classifier.card.id, picture, { method, measured });
  } finally {
    opened.dispose();
  }
}

/** Explains what an open case asks. @param model its id */
export async function explainClassifierCase(
  question: ClassifierCase,
  model: string,
  picture: Raster,
  { method, measured }: { method: AnyMethodName; measured: boolean },
): Promise<ClassifierExplanation> {
  const map = await question.mapAsOpened(method);
  const fidelity = measured ? await measure(question.probe, map, null) : undefined;
  return {
    method,
    layer: method === 'drise' ? 'the picture' : question.layer,
    model,
    label: question.asked.label,
    score: question.asked.probability,
    predictions: question.predictions,
    map,
    cell: [picture.width / map.width, picture.height / map.height],
    shown: resample(map, picture),
    ...(fidelity ? { fidelity, trust: classifierTrust(fidelity) } : {}),
  };
}

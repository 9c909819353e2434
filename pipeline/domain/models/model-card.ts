/** The card of a model of any kind. */

import { type ClassifierCard, isClassifier, readClassifierCard } from './classifier/card.ts';
import { type DetectorCard, readDetectorCard } from './detector/card.ts';
import type { ModelFiles } from './files.ts';

export type ModelCard = DetectorCard | ClassifierCard;

/** @throws PoisonError where there is no card that we know, or it is of other weights */
export function readModelCard(files: ModelFiles): ModelCard {
  return isClassifier(files) ? readClassifierCard(files) : readDetectorCard(files);
}

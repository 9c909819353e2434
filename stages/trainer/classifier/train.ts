/** Trains a classifier of pictures: MobileNetV2 from ImageNet weights, its last layer and, by recipe, its upper blocks. */
import { basename } from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { withClassifierCard } from '../../../pipeline/domain/models/classifier/card.ts';
import { probabilitiesOf, stretchToInput } from '../../../pipeline/domain/models/classifier/classifier.ts';
import { pooledLayer } from '../../../pipeline/domain/models/classifier/network.ts';
import { pretrainedClassifierNetwork } from '../../../pipeline/domain/models/classifier/pretrained.ts';
import { filesOfModel, type ModelFiles } from '../../../pipeline/domain/models/files.ts';
import {
  type ClassificationScores,
  type ClassifiedPicture,
  classificationScores,
} from '../../../pipeline/domain/scores/classification.ts';
import { seededRandom } from '../../../pipeline/domain/statistics/seeded-random.ts';
import { withImage } from '../../../pipeline/domain/vision/image.ts';
import { FatalError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { splitModel, upTo } from '../split-model.ts';
import { classifierDatasetDigest } from './example.ts';
import { featuresOf, furtherFeatures } from './features.ts';
import { type ClassifierEpoch, fitClassifier } from './fit.ts';
import type { InspectedExample } from './inspect.ts';
import {
  type ClassifierRecipe,
  type ClassifierRecipeName,
  classifierRecipes,
  frozenUntil,
} from './recipe.ts';

/** What is going on: pictures or epochs done, of how many. */
export interface ClassifierFitProgress {
  readonly step: 'features' | 'last layer' | 'upper blocks' | 'scoring';
  readonly done: number;
  readonly total: number;
  /** Of an epoch. */
  readonly row?: ClassifierEpoch;
}

/** What a classifier is trained on, from what and how. */
export interface TrainClassifierOptions {
  readonly examples: readonly InspectedExample[];
  /** Scored at the end; nothing is chosen by them. Empty: nothing is scored. */
  readonly heldOut: readonly InspectedExample[];
  readonly classes: readonly string[];
  /** A file of weights as `readKerasWeights` takes it. */
  readonly weights: string;
  readonly recipe: ClassifierRecipeName;
  /** Of the last layer; the recipe's where not given. */
  readonly epochs?: number | undefined;
  /** Changes to the recipe, for benches. */
  readonly changes?: Partial<ClassifierRecipe>;
  /** Of the input, px; 224, which the weights were trained with, where not given. */
  readonly side?: number;
  /** The same seed gives the same weights on one backend. */
  readonly seed: number;
  /** Awaited. */
  readonly onProgress?: (progress: ClassifierFitProgress) => void | Promise<void>;
  /** Stops between two steps; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A trained classifier, ready to be stored. */
export interface TrainedClassifier {
  readonly files: ModelFiles;
  /** Null where nothing is held out. */
  readonly scores: ClassificationScores | null;
}

/** Of the pictures' features in memory, bytes; where they would take more, fewer views are made. */
const featureMemory = 1e9;

/**
 * `openBackend` comes first. Yields between steps, so that timers and messages are served.
 *
 * @throws UsageError where a class has no pictures; PoisonError where the weights are damaged; FatalError where the
 *   numbers run away
 */
export async function trainClassifier(options: TrainClassifierOptions): Promise<TrainedClassifier> {
  const { examples, heldOut, classes, seed, weights, side = 224 } = options;
  check(options);
  const { model, alpha } = await pretrainedClassifierNetwork(weights, {
    side,
    classes: classes.length,
    seed,
  });
  try {
    await trainAll(model, side, options);
    const scores = heldOut.length === 0 ? null : await score(model, side, options);
    const about = {
      network: 'mobilenet-v2' as const,
      alpha,
      side,
      classes: [...classes],
      recipe: options.recipe,
      start: basename(weights),
      trainedOn: { dataset: classifierDatasetDigest(examples, classes), examples: examples.length },
      scores: scores && { images: scores.images, accuracy: scores.accuracy, ece: scores.calibration.ece },
      createdAt: new Date().toISOString(),
    };
    return { files: withClassifierCard(await filesOfModel(model), about), scores };
  } finally {
    model.dispose();
  }
}

async function trainAll(
  model: tfl.LayersModel,
  side: number,
  { examples, classes, recipe: name, epochs, changes, seed, onProgress, signal }: TrainClassifierOptions,
): Promise<void> {
  const recipe = { ...classifierRecipes[name], ...changes };
  const cut = frozenUntil(recipe);
  const { frozen, trained } = splitModel(model, upTo(model, cut));
  if (!frozen) throw new FatalError(`nothing comes before ${cut}`, { expected: 'a layer of the network' });
  const bytes = 2 * examples.length * sizeOf(frozen);
  const features = await featuresOf(frozen, examples, {
    views: Math.max(1, Math.min(recipe.views, Math.floor(featureMemory / bytes))),
    side,
    seed,
    signal,
    onProgress: (done, total) => onProgress?.({ step: 'features', done, total }),
  });
  const random = seededRandom(seed + 1);
  const labels = examples.map(({ label }) => label);
  const reporting = (step: ClassifierFitProgress['step']) => ({
    signal,
    onEpoch: (row: ClassifierEpoch) => onProgress?.({ step, done: row.epoch, total: row.epochs, row }),
  });
  const last = splitModel(trained, upTo(trained, pooledLayer));
  const pooled = last.frozen ? await furtherFeatures(last.frozen, features) : features;
  const trust = examples.map(({ weight = 1 }) => weight);
  const input = { labels, trust, classes: classes.length };
  const lastLayer = { ...recipe.lastLayer, ...(epochs === undefined ? {} : { epochs }) };
  await fitClassifier(
    last.trained,
    { ...input, features: pooled },
    lastLayer,
    random,
    reporting('last layer'),
  );
  if (recipe.upperBlocks) {
    await fitClassifier(
      trained,
      { ...input, features },
      recipe.upperBlocks,
      random,
      reporting('upper blocks'),
    );
  }
}

async function score(
  model: tfl.LayersModel,
  side: number,
  { heldOut, classes, onProgress, signal }: TrainClassifierOptions,
): Promise<ClassificationScores> {
  const classified: ClassifiedPicture[] = [];
  const batch = 16;
  for (let first = 0; first < heldOut.length; first += batch) {
    signal?.throwIfAborted();
    const some = heldOut.slice(first, first + batch);
    const pictures = await Promise.all(
      some.map(async ({ bytes, name }) =>
        withImage(await bytes(), name, (picture) => stretchToInput(picture, side)),
      ),
    );
    const rows = await probabilitiesOf(model, side, pictures);
    some.forEach(({ name, label }, i) => {
      classified.push({ name, truth: label, probabilities: rows[i]! });
    });
    await onProgress?.({ step: 'scoring', done: first + some.length, total: heldOut.length });
  }
  return classificationScores(classified, classes);
}

/** Numbers in the output for one picture. */
function sizeOf({ outputs: [output] }: tfl.LayersModel): number {
  return output!.shape.slice(1).reduce((product: number, side) => product * (side ?? 1), 1);
}

function check({ examples, classes, epochs }: TrainClassifierOptions): void {
  const empty = classes.filter((_, i) => !examples.some(({ label }) => label === i));
  if (empty.length > 0) {
    throw new UsageError('a class has no pictures to learn from', {
      found: `none of ${empty.join(', ')}`,
      expected: 'at least one that can be read and is in no other class',
    });
  }
  if (epochs !== undefined && !(Number.isInteger(epochs) && epochs >= 1)) {
    throw new UsageError('the epochs are no count', { found: `${epochs}`, expected: '1 or more' });
  }
}

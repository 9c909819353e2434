/** What the commands that train a classifier share: their options, and how they end. */
import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { ClassifierJob, TrainStart } from '../../../schemas/train-job.ts';
import type { LeftOut } from '../../domain/models/classifier/training.ts';
import { storeWeights } from '../../domain/models/weights/stored.ts';
import {
  findWeights,
  isWeightsName,
  weights as knownWeights,
  ownWeightFolders,
} from '../../domain/models/weights/weights.ts';
import type { ClassificationScores } from '../../domain/scores/classification.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import type { ClassifierPlan, ClassifierTrainResult } from '../jobs/train-classifier.ts';
import { writeClassifier } from '../results/classifier.ts';
import { config, json, seed, wholeNumber } from './options.ts';
import type { Outcome } from './outcome.ts';
import { printResult, table } from './terminal.ts';

export interface ClassifierFlags {
  readonly weights: string;
  readonly epochs?: number;
  readonly recipe: NonNullable<ClassifierJob['recipe']>;
  readonly seed: number;
  readonly config?: string;
  readonly json?: boolean;
}

export function classifierOptions(): Option[] {
  return [
    new Option(
      '--weights <file>',
      'MobileNetV2 as Keras .h5 or tfjs layers model.json, or the name of one',
    ).default('mobilenet-v2'),
    new Option('--epochs <n>', 'of the last layer (default: the recipe’s, 20)').argParser(wholeNumber(1)),
    new Option('--recipe <name>', 'note: the last layer alone; default: then the upper blocks too')
      .choices(['note', 'default'])
      .default('default'),
    seed(),
    config(),
    json(),
  ];
}

/**
 * Checked before anything is started.
 * @throws UsageError where there are no such weights
 */
export function checkWeights(weights: string): void {
  if (isWeightsName(weights) ? findWeights(weights) : existsSync(weights)) return;
  throw new UsageError(`no weights ${weights}`, {
    expected: isWeightsName(weights)
      ? `${knownWeights[weights].files[0].file} in one of ${ownWeightFolders().join(', ')}; or --weights FILE`
      : 'a file or folder that is there',
  });
}

/** A file of weights goes along: the trainer may run on another machine. @throws UsageError where it can't be read */
export async function planOf(
  bus: Bus,
  { weights, epochs, recipe, seed }: ClassifierFlags,
): Promise<ClassifierPlan> {
  const start: TrainStart = isWeightsName(weights)
    ? { from: 'weights', name: weights }
    : { from: 'stored', ...(await storeWeights(bus, weights)) };
  return { start, seed, recipe, ...(epochs === undefined ? {} : { epochs }) };
}

/**
 * Writes what the training leaves to a folder, and prints the result.
 * @param began when the command began, ms of `performance.now`
 */
export async function printClassifier(
  bus: Bus,
  trained: ClassifierTrainResult,
  folder: string,
  {
    began,
    json,
    outcome,
  }: { readonly began: number; readonly json: boolean | undefined; readonly outcome: Outcome },
): Promise<void> {
  const { summary, training, report } = await writeClassifier(bus, folder, trained);
  leaveOutPictures(training.leftOut, outcome);
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const where = `model ${summary.model} is in ${folder}, look at ${report}; ${seconds} s on ${summary.backend}`;
  const { scores } = training;
  const text = scores ? `${scoresText(scores, summary.classes)}\n${where}` : where;
  printResult(json, { ...summary, seconds }, text);
}

/** More pictures of one kind are only counted; the report has all of them. */
const mostLines = 20;

/** A file that can't be read is a fault of the input; a picture that is there twice, or shows nothing, is a choice. */
function leaveOutPictures(leftOut: readonly LeftOut[], outcome: Outcome): void {
  for (const [kind, pictures] of Map.groupBy(leftOut, (picture) => picture.kind)) {
    const lines =
      pictures.length > mostLines
        ? [`${pictures.length} pictures (${kind}), see report.html`]
        : pictures.map(({ name, message }) => `${name}: ${message}`);
    if (kind === 'unreadable') outcome.leaveOut(lines.map((message) => ({ message })));
    else outcome.note(lines.map((line) => `left out: ${line}`));
  }
}

function scoresText(scores: ClassificationScores, classes: readonly string[]): string {
  const percent = (share: number | null) => (share === null ? '-' : (100 * share).toFixed(1));
  const { perClass, confusion, calibration, mistakes, accuracy, images } = scores;
  const rows = classes.map((name) => {
    const { precision, recall, n } = perClass[name]!; // every class has its scores
    return [name, percent(precision), percent(recall), n];
  });
  const worst = mistakes
    .slice(0, 10)
    .map(({ name, predicted, probability }) => [name, predicted, percent(probability)]);
  return [
    `${percent(accuracy)} % of ${images} pictures right; calibration error ${percent(calibration.ece)} %`,
    '',
    table(['class', 'precision %', 'recall %', 'pictures'], rows),
    '',
    table(
      ['true \\ predicted', ...classes],
      classes.map((name, i) => [name, ...confusion[i]!]),
    ),
    ...(worst.length > 0 ? ['', table(['worst mistakes', 'predicted', 'probability %'], worst)] : []),
    '',
  ].join('\n');
}

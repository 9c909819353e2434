/** What the commands that train a classifier share: their options, and what they leave. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { TrainJob } from '../../../schemas/train-job.ts';
import { readClassifierCard } from '../../domain/models/classifier/card.ts';
import {
  type ClassifierTraining,
  readClassifierTraining,
  withClassifierTraining,
} from '../../domain/models/classifier/training.ts';
import { writeModelFolder } from '../../domain/models/files.ts';
import { fetchModel } from '../../domain/models/registry.ts';
import { storeWeights } from '../../domain/models/weights/stored.ts';
import {
  findWeights,
  isWeightsName,
  weights as knownWeights,
  weightFolders,
} from '../../domain/models/weights/weights.ts';
import type { ClassificationScores } from '../../domain/scores/classification.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { FatalError, UsageError } from '../../runtime/errors.ts';
import type { ClassifierEnd, ClassifierPlan } from '../jobs/classifier.ts';
import { writeClassifierReport } from '../report/report.ts';
import { classifierReportOf } from '../results/classifier-report.ts';
import { give, say, table } from './terminal.ts';

export interface ClassifierFlags {
  readonly weights: string;
  readonly epochs?: number;
  readonly recipe: NonNullable<TrainJob['recipe']>;
  readonly seed: number;
  readonly json?: boolean;
}

export function withClassifierOptions(command: Command): Command {
  return command
    .option(
      '--weights <file>',
      'MobileNetV2 as Keras .h5 or tfjs layers model.json, or the name of one',
      'mobilenet-v2',
    )
    .option('--epochs <n>', 'of the last layer (default: the recipe’s, 20)', Number)
    .addOption(
      new Option('--recipe <name>', 'note: the last layer alone; default: then the upper blocks too')
        .choices(['note', 'default'])
        .default('default'),
    )
    .option('--seed <n>', 'the same seed gives the same model', Number, 1)
    .option('--json', 'print the result as JSON on the last line');
}

/**
 * Checked before anything is started.
 * @throws UsageError where a number is none, or there are no such weights
 */
export function checkClassifierFlags({ weights, epochs, seed }: ClassifierFlags): void {
  whole('--epochs', epochs, 1);
  whole('--seed', seed, 0);
  if (isWeightsName(weights) ? findWeights(weights) : existsSync(weights)) return;
  throw new UsageError(`no weights ${weights}`, {
    expected: isWeightsName(weights)
      ? `${knownWeights[weights].file} in one of ${weightFolders().join(', ')}; or --weights FILE`
      : 'a file or folder that is there',
  });
}

function whole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new UsageError(`${name} is no whole number`, { found: `${value}`, expected: `${least} or more` });
}

/** A file of weights goes along: the trainer may run on another machine. @throws UsageError where it can't be read */
export async function planOf(
  bus: Bus,
  { weights, epochs, recipe, seed }: ClassifierFlags,
): Promise<ClassifierPlan> {
  const start: TrainJob['start'] = isWeightsName(weights)
    ? { from: 'weights', name: weights }
    : { from: 'brought', ...(await storeWeights(bus, weights)) };
  return { start, seed, recipe, ...(epochs === undefined ? {} : { epochs }) };
}

/**
 * Writes the model and `report.html` to a folder, and gives the result.
 * @param began when the command began, ms of `performance.now`
 */
export async function leaveClassifier(
  bus: Bus,
  end: ClassifierEnd,
  out: string,
  { began, json }: { readonly began: number; readonly json: boolean },
): Promise<void> {
  const stored = await fetchModel(bus, end.model);
  const told = readClassifierTraining(stored);
  if (!told) throw new FatalError(`model ${end.model} does not say how it was trained`);
  const training: ClassifierTraining = { ...told, leftOut: [...end.unreadable, ...told.leftOut] };
  sayLeftOut(training);
  const files = withClassifierTraining(stored, training);
  await writeModelFolder(out, files);
  const command = ['shika', ...process.argv.slice(2)].join(' ');
  await writeClassifierReport(
    join(out, 'report.html'),
    await classifierReportOf(bus, { files, training, end, command }),
  );
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const { id, alpha, trainedOn } = readClassifierCard(files);
  const { scores, recipe, backend } = training;
  const classes = training.classes.map(({ name }) => name);
  const result = {
    accuracy: scores?.accuracy ?? null,
    perClass: scores?.perClass ?? null,
    classes,
    confusion: scores?.confusion ?? null,
    calibration: scores?.calibration ?? null,
    mistakes: scores?.mistakes ?? null,
    model: id,
    promoted: end.promoted,
    why: end.why,
    out,
    recipe,
    alpha,
    backend,
    examples: trainedOn.examples,
    problems: training.leftOut,
    seconds,
  };
  const where = `model ${id} is in ${out}, look at ${join(out, 'report.html')}; ${seconds} s on ${backend}`;
  give(json, result, scores ? `${scoresText(scores, classes)}\n${where}` : where);
}

/** Lines of one kind before only their number is said; the report has all of them. */
const fewLines = 20;

function sayLeftOut({ leftOut }: ClassifierTraining): void {
  for (const [kind, of] of Map.groupBy(leftOut, (one) => one.kind)) {
    if (of.length > fewLines) say(`left out: ${of.length} pictures (${kind}), see report.html`);
    else for (const { name, message } of of) say(`left out: ${name}: ${message}`);
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

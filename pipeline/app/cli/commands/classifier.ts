import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { readClassFolder } from '../../../../stages/trainer/classifier/folder.ts';
import { type ClassifiedPicture, classifyPictures } from '../../jobs/classify.ts';
import { trainOnPictures } from '../../jobs/train-classifier.ts';
import { readSettings } from '../../settings.ts';
import { type JobContext, withJob } from '../bus-access.ts';
import {
  type ClassifierFlags,
  checkWeights,
  classifierOptions,
  planOf,
  printClassifier,
} from '../classifier-training.ts';
import { interruption } from '../interrupt.ts';
import { config, json, wholeNumber, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { print, printResult, table } from '../terminal.ts';

interface TrainFlags extends ClassifierFlags {
  readonly out: string;
  readonly eval?: string;
  readonly keepIn?: string;
}

interface PredictFlags {
  readonly model: string;
  readonly top: number;
  readonly config?: string;
  readonly json?: boolean;
}

export function classifierCommand(program: Command): void {
  const classifier = program.command('classifier').description('a classifier of whole pictures');
  withOptions(
    classifier.command('train').argument('<folder>', 'pictures to learn from, in a folder for each class'),
    new Option('--eval <folder>', 'pictures to score it on, in folders of the same names'),
    new Option('--out <folder>', 'where the model and its report go').default('classifier'),
    new Option('--keep-in <folder>', 'a job’s folder that keeps the pictures and the model on its bus, too'),
    ...classifierOptions(),
  )
    .description(
      'train on a folder of pictures for each class (on reviewed labels: `shika train classifier`)',
    )
    .action(trainOnFolder);
  withOptions(
    classifier.command('predict').argument('<image...>', 'pictures, and folders of pictures'),
    new Option('--model <folder>', 'the classifier').makeOptionMandatory(),
    new Option('--top <n>', 'classes to name').argParser(wholeNumber(1)).default(3),
    config(),
    json(),
  )
    .description('what is in a picture')
    .action(predict);
}

/** A job like any other, on a bus of its own unless one is named. */
async function trainOnFolder(folder: string, flags: TrainFlags): Promise<void> {
  const began = performance.now();
  checkWeights(flags.weights);
  const training = await readClassFolder(folder);
  const { classes } = training;
  const heldOut = flags.eval ? await readClassFolder(flags.eval, classes) : null;
  const outcome = new Outcome();
  outcome.leaveOut([...training.problems, ...(heldOut?.problems ?? [])].map((message) => ({ message })));
  const pictures = [
    ...training.examples.map((example) => ({ ...example, split: 'train' as const })),
    ...(heldOut?.examples ?? []).map((example) => ({ ...example, split: 'held-out' as const })),
  ];
  const { keepIn, config, json, out } = flags;
  const work = async (context: JobContext) => {
    const trained = await trainOnPictures(pictures, classes, await planOf(context.bus, flags), context);
    await printClassifier(context.bus, trained, out, { began, json, outcome });
  };
  const busFolder = keepIn ?? mkdtempSync(join(tmpdir(), 'shika-classifier-'));
  try {
    await withJob({ out: busFolder, config }, work, { stages: { trainer: 1 }, create: true });
    outcome.end();
  } finally {
    if (keepIn === undefined) rmSync(busFolder, { recursive: true, force: true });
  }
}

async function predict(paths: string[], { model, top, config, json }: PredictFlags): Promise<void> {
  const { backend } = readSettings(config).trainer;
  const results = await classifyPictures(paths, { model, top, backend, signal: interruption() });
  for (const { image, failure } of results) if (failure !== undefined) print(`${image}: ${failure}`);
  printResult(json, results, predictionsText(results));
  new Outcome().end(results);
}

function predictionsText(results: readonly ClassifiedPicture[]): string {
  const rows = results.flatMap(({ image, predictions = [] }) =>
    predictions.map(({ label, probability }, i) => [
      i === 0 ? image : '',
      label,
      (100 * probability).toFixed(1),
    ]),
  );
  return table(['picture', 'class', '%'], rows);
}

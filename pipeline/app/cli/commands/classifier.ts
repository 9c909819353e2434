import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readClassFolder } from '../../../../stages/trainer/classifier/folder.ts';
import { openBackend } from '../../../domain/models/backend/backend.ts';
import { Classifier, type Prediction } from '../../../domain/models/classifier/classifier.ts';
import { readModelFolder } from '../../../domain/models/files.ts';
import { decodeImage } from '../../../domain/vision/image.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { trainOnPictures } from '../../jobs/classifier.ts';
import { readSettings } from '../../settings.ts';
import { withBus } from '../bus-access.ts';
import {
  type ClassifierFlags,
  checkClassifierFlags,
  leaveClassifier,
  planOf,
  withClassifierOptions,
} from '../classifier-training.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { give, say, table, terminalMeters } from '../terminal.ts';

interface TrainFlags extends ClassifierFlags {
  readonly out: string;
  readonly eval?: string;
  readonly dir?: string;
  readonly config?: string;
}

interface PredictFlags {
  readonly model: string;
  readonly top: number;
  readonly config?: string;
  readonly json?: boolean;
}

export function classifierCommand(program: Command): void {
  const classifier = program.command('classifier').description('a classifier of whole pictures');
  const train = classifier
    .command('train')
    .argument('<folder>', 'pictures to learn from, in a folder for each class')
    .option('--eval <folder>', 'pictures to score it on, in folders of the same names')
    .option('--out <folder>', 'where the model and its report go', 'classifier');
  withClassifierOptions(train)
    .option(
      '--dir <folder>',
      'folder of a `shika run` or `shika up` that keeps pictures and model (default: nothing is kept but --out)',
    )
    .option('--config <file>', 'configuration file')
    .description(
      'train on a folder of pictures for each class (on reviewed labels: `shika train classifier`)',
    )
    .action(trainOnFolder);
  classifier
    .command('predict')
    .argument('<image...>', 'pictures')
    .requiredOption('--model <folder>', 'the classifier')
    .option('--top <n>', 'classes to name', Number, 3)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('what is in a picture')
    .action(predict);
}

/** A job like any other, on a bus of its own unless one is named. */
async function trainOnFolder(folder: string, flags: TrainFlags): Promise<void> {
  const began = performance.now();
  checkClassifierFlags(flags);
  const training = await readClassFolder(folder);
  const { classes } = training;
  const held = flags.eval ? await readClassFolder(flags.eval, classes) : null;
  for (const line of [...training.problems, ...(held?.problems ?? [])]) say(`left out: ${line}`);
  const pictures = [
    ...training.examples.map((one) => ({ ...one, split: 'train' as const })),
    ...(held?.examples ?? []).map((one) => ({ ...one, split: 'held-out' as const })),
  ];
  const stopped = interruption();
  const meters = terminalMeters(false);
  const dir = flags.dir ?? mkdtempSync(join(tmpdir(), 'shika-classifier-'));
  try {
    await withBus(
      { dir, ...(flags.config ? { config: flags.config } : {}) },
      async (bus, _, failed) => {
        const context = { bus, meters, signal: AbortSignal.any([stopped, failed]) };
        const end = await trainOnPictures(pictures, classes, await planOf(bus, flags), context);
        await leaveClassifier(bus, end, flags.out, { began, json: flags.json ?? false });
      },
      { stages: { trainer: 1 }, create: true },
    );
  } finally {
    meters.stop();
    if (flags.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

async function predict(paths: string[], flags: PredictFlags): Promise<void> {
  if (!(Number.isInteger(flags.top) && flags.top >= 1)) {
    throw new UsageError('--top is no count', { found: `${flags.top}`, expected: '1 or more' });
  }
  await openBackend(readSettings(flags.config).trainer.backend);
  const classifier = await Classifier.load(await readModelFolder(flags.model));
  const signal = interruption();
  const results: { image: string; predictions?: Prediction[]; failure?: string }[] = [];
  try {
    for (const path of paths) {
      signal.throwIfAborted();
      try {
        const [found = []] = await classifier.predict([await decodeImage(await readFile(path), path)]);
        results.push({ image: path, predictions: found.slice(0, flags.top) });
      } catch (error) {
        results.push({ image: path, failure: reasonOf(error) });
        say(`${path}: ${reasonOf(error)}`);
      }
    }
  } finally {
    classifier.dispose();
  }
  const text = results.flatMap(({ image, predictions = [] }) =>
    predictions.map(({ label, probability }, i) => [
      i === 0 ? image : '',
      label,
      (100 * probability).toFixed(1),
    ]),
  );
  give(flags.json ?? false, results, table(['picture', 'class', '%'], text));
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) process.exitCode = failed === results.length ? EXIT.failed : EXIT.partial;
}

import { mkdir, readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { readClassFolder } from '../../../stages/trainer/classifier/folder.ts';
import {
  type ClassProblem,
  type Inspected,
  inspect,
  sharedWith,
} from '../../../stages/trainer/classifier/inspect.ts';
import { type ClassifierRecipeName, classifierRecipes } from '../../../stages/trainer/classifier/recipe.ts';
import { type ClassifierProgress, trainClassifier } from '../../../stages/trainer/classifier/train.ts';
import { reasonOf, UsageError } from '../../errors.ts';
import type { Meter, Meters } from '../../job/progress.ts';
import { openBackend } from '../../models/backend/backend.ts';
import { readClassifierCard } from '../../models/classifier/card.ts';
import { Classifier, type Prediction } from '../../models/classifier/classifier.ts';
import { readModelFolder, writeModelFolder } from '../../models/files.ts';
import { findWeights, isWeightsName, weights as knownWeights, weightFolders } from '../../models/weights.ts';
import type { ClassificationScores } from '../../scores/classification.ts';
import { decodeImage } from '../../vision/image.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { readSettings } from '../settings.ts';
import { give, say, table, terminalMeters } from '../terminal.ts';

interface TrainFlags {
  readonly eval?: string;
  readonly weights: string;
  readonly epochs?: number;
  readonly recipe: ClassifierRecipeName;
  readonly out: string;
  readonly seed: number;
  readonly config?: string;
  readonly json?: boolean;
}

interface PredictFlags {
  readonly model: string;
  readonly top: number;
  readonly config?: string;
  readonly json?: boolean;
}

export function classifierCommand(program: Command): void {
  const classifier = program.command('classifier').description('a classifier of whole pictures');
  classifier
    .command('train')
    .argument('<folder>', 'pictures to learn from, in a folder for each class')
    .option('--eval <folder>', 'pictures to score it on, in folders of the same names')
    .option(
      '--weights <file>',
      'MobileNetV2 as Keras .h5 or tfjs layers model.json, or the name of one',
      'mobilenet-v2',
    )
    .option('--epochs <n>', 'of the last layer (default: the recipe’s, 20)', Number)
    .addOption(
      new Option('--recipe <name>', 'note: the last layer alone; default: then the upper blocks too')
        .choices(Object.keys(classifierRecipes))
        .default('default'),
    )
    .option('--out <folder>', 'where the model goes', 'classifier')
    .option('--seed <n>', 'the same seed gives the same model', Number, 1)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('train on a folder of pictures for each class, from ImageNet weights')
    .action(train);
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

async function train(folder: string, flags: TrainFlags): Promise<void> {
  const began = performance.now();
  const weights = weightsAt(flags.weights);
  const { backend: preference } = readSettings(flags.config).trainer;
  const signal = interruption();
  const meters = terminalMeters(false);
  try {
    const training = await readClassFolder(folder);
    const { classes } = training;
    const held = flags.eval ? await readClassFolder(flags.eval, classes) : null;
    for (const line of [...training.problems, ...(held?.problems ?? [])]) say(`left out: ${line}`);
    const learnt = await looked('looking at the pictures', training.examples, meters, signal);
    const heldOut = await looked('looking at those to score on', held?.examples ?? [], meters, signal);
    const leaked = new Set(sharedWith(learnt.kept, heldOut.kept));
    for (const { name } of leaked) say(`left out: ${name}: it is also among the pictures to score on`);
    const backend = await openBackend(preference);
    say(`backend ${backend.name}: ${backend.reason}`);
    const { files, scores } = await trainClassifier({
      examples: learnt.kept.filter((one) => !leaked.has(one)),
      heldOut: heldOut.kept,
      classes,
      weights,
      recipe: flags.recipe,
      epochs: flags.epochs,
      seed: flags.seed,
      signal,
      onProgress: metered(meters),
    });
    await mkdir(flags.out, { recursive: true });
    await writeModelFolder(flags.out, files);
    const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
    const { id, alpha, trainedOn } = readClassifierCard(files);
    const result = {
      accuracy: scores?.accuracy ?? null,
      perClass: scores?.perClass ?? null,
      classes,
      confusion: scores?.confusion ?? null,
      calibration: scores?.calibration ?? null,
      mistakes: scores?.mistakes ?? null,
      model: id,
      out: flags.out,
      recipe: flags.recipe,
      alpha,
      backend: backend.name,
      examples: trainedOn.examples,
      problems: [
        ...learnt.problems,
        ...heldOut.problems,
        ...[...leaked].map(({ name }) => ({
          kind: 'leak',
          name,
          message: 'it is also among those to score on',
        })),
      ],
      seconds,
    };
    const where = `model ${id} is in ${flags.out}; ${seconds} s on ${backend.name}`;
    give(flags.json ?? false, result, scores ? `${scoresText(scores, classes)}\n${where}` : where);
  } finally {
    meters.stop();
  }
}

/** @throws UsageError where there is no such file */
function weightsAt(asked: string): string {
  const path = isWeightsName(asked) ? findWeights(asked) : asked;
  if (path) return path;
  throw new UsageError(`no weights ${asked}`, {
    expected: `${isWeightsName(asked) ? knownWeights[asked].file : asked} in one of ${weightFolders().join(', ')}; or --weights FILE`,
  });
}

async function looked(
  name: string,
  examples: Parameters<typeof inspect>[0],
  meters: Meters,
  signal: AbortSignal,
): Promise<{ kept: readonly Inspected[]; problems: readonly ClassProblem[] }> {
  if (examples.length === 0) return { kept: [], problems: [] };
  const meter = meters.start(name);
  const found = await inspect(examples, {
    signal,
    onProgress: (done, total) => meter.update(done, total),
  });
  meter.done(`${found.kept.length} of ${examples.length} are fit`);
  for (const { name: picture, message } of found.problems) say(`left out: ${picture}: ${message}`);
  return found;
}

/** A meter for each step, one after the other. */
function metered(meters: Meters): (progress: ClassifierProgress) => void {
  let open: { step: string; meter: Meter } | undefined;
  return ({ step, done, total, row }) => {
    if (open?.step !== step) open = { step, meter: meters.start(step) };
    const note = row ? `loss ${row.loss.toFixed(3)}, ${(100 * row.accuracy).toFixed(1)} % right` : '';
    open.meter.update(done, total, note);
    if (done === total) open.meter.done(note || `${total} pictures`);
  };
}

function scoresText(scores: ClassificationScores, classes: readonly string[]): string {
  const percent = (share: number | null) => (share === null ? '-' : (100 * share).toFixed(1));
  const { perClass, confusion, calibration, mistakes, accuracy, images } = scores;
  const shownMistakes = mistakes.slice(0, 10);
  return [
    `${percent(accuracy)} % of ${images} pictures right; calibration error ${percent(calibration.ece)} %`,
    '',
    table(
      ['class', 'precision %', 'recall %', 'pictures'],
      classes.map((name) => {
        const { precision, recall, n } = perClass[name]!; // every class has its scores
        return [name, percent(precision), percent(recall), n];
      }),
    ),
    '',
    table(
      ['true \\ predicted', ...classes],
      classes.map((name, i) => [name, ...confusion[i]!]),
    ),
    ...(shownMistakes.length > 0
      ? [
          '',
          table(
            ['worst mistakes', 'predicted', 'probability %'],
            shownMistakes.map(({ name, predicted, probability }) => [name, predicted, percent(probability)]),
          ),
        ]
      : []),
    '',
  ].join('\n');
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

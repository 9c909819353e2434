import { type Command, Option } from 'commander';
import { readHand } from '../../../domain/formats/hand.ts';
import { publishHandDrawn } from '../../jobs/hand-drawn.ts';
import { startFor } from '../../jobs/start.ts';
import { trainOnLabels } from '../../jobs/train-classifier.ts';
import { mainTrain, preTrain, type TrainResult } from '../../jobs/train-detector.ts';
import { type WrittenDetector, writeDetector } from '../../results/detector.ts';
import { modelFolder } from '../../results/job-folder.ts';
import { type BusFlags, type JobContext, withJob } from '../bus-access.ts';
import {
  type ClassifierFlags,
  checkWeights,
  classifierOptions,
  planOf,
  printClassifier,
} from '../classifier-training.ts';
import { config, hand, jobFolder, json, seed, start, steps, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { printResult } from '../terminal.ts';

interface DetectorFlags extends BusFlags {
  readonly seed: number;
  readonly steps?: number;
  readonly json?: boolean;
}

interface PreFlags extends DetectorFlags {
  readonly hand: readonly string[];
  readonly start?: string;
  readonly holdOut: boolean;
}

const stages = { filter: 1, trainer: 1 } as const;

export function trainCommand(program: Command): void {
  const train = program.command('train').description('train a detector, or a classifier of what it finds');
  withOptions(
    train.command('pre'),
    hand('pictures with boxes drawn by hand, again for more').makeOptionMandatory(),
    start(),
    new Option('--no-hold-out', 'train on every picture; else every fifth is kept back to score on'),
    ...detectorOptions('pre'),
  )
    .description('on what was drawn by hand')
    .action((flags: PreFlags) =>
      trainDetector('pre', flags, { stages, create: true }, (context, outcome) =>
        pre(flags, context, outcome),
      ),
    );
  withOptions(train.command('main'), ...detectorOptions('main'))
    .description('on what was drawn by hand and the accepted labels, from the active model')
    .action((flags: DetectorFlags) =>
      trainDetector('main', flags, { stages }, (context) => mainTrain(flags, context)),
    );
  withOptions(
    train.command('classifier'),
    jobFolder('the job’s folder; the model and its report go to models/classifier in it'),
    ...classifierOptions(),
  )
    .description('of species, on crops of what was drawn by hand and of the accepted labels')
    .action(classifier);
}

function detectorOptions(kind: 'pre' | 'main'): Option[] {
  return [
    jobFolder(`the job’s folder; the model and its report go to models/${kind} in it`),
    seed(),
    steps(),
    config(),
    json(),
  ];
}

async function pre(flags: PreFlags, context: JobContext, outcome: Outcome): Promise<TrainResult> {
  const drawn = await readHand(flags.hand, []);
  outcome.note(drawn.notes);
  outcome.leaveOut(drawn.problems);
  const { quality } = context.settings.decoder;
  const published = await publishHandDrawn({ clips: [], hand: drawn, quality }, context, flags.holdOut);
  const { seed, steps } = flags;
  return preTrain(published, { start: startFor(flags.start), seed, steps }, context);
}

async function trainDetector(
  kind: 'pre' | 'main',
  flags: DetectorFlags,
  needs: Parameters<typeof withJob>[2],
  train: (context: JobContext, outcome: Outcome) => Promise<TrainResult>,
): Promise<void> {
  const outcome = new Outcome();
  const work = async (context: JobContext) => {
    const trained = await train(context, outcome);
    return { trained, written: await writeDetector(context.bus, flags.out, kind, trained) };
  };
  const { trained, written } = await withJob(flags, work, needs);
  const { model, promoted, why, scores, startScores } = trained;
  const result = { model, promoted, why, ...scores, startScores };
  printResult(flags.json, result, detectorText(trained, written));
  outcome.end();
}

function detectorText({ model, promoted, why }: TrainResult, { folder, report }: WrittenDetector): string {
  const decision = promoted ? 'active now' : 'not promoted';
  return `${model}: ${decision}: ${why}; in ${folder}, look at ${report}`;
}

async function classifier(flags: ClassifierFlags & BusFlags): Promise<void> {
  const began = performance.now();
  const outcome = new Outcome();
  checkWeights(flags.weights);
  const work = async (context: JobContext) => {
    const trained = await trainOnLabels(await planOf(context.bus, flags), context);
    await printClassifier(context.bus, trained, modelFolder(flags.out, 'classifier'), {
      began,
      json: flags.json,
      outcome,
    });
  };
  await withJob(flags, work, { stages });
  outcome.end();
}

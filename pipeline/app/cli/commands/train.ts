import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readHand } from '../../../domain/formats/hand.ts';
import { writeModelFolder } from '../../../domain/models/files.ts';
import { fetchModel } from '../../../domain/models/registry.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { trainOnLabels } from '../../jobs/classifier.ts';
import type { TrainEnd } from '../../jobs/jobs.ts';
import { mainTrain, preTrain, publishHand } from '../../jobs/run.ts';
import { startFor } from '../../jobs/start.ts';
import { writeModelsReport } from '../../report/report.ts';
import { modelReport } from '../../results/run-report.ts';
import { readSettings } from '../../settings.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import {
  type ClassifierFlags,
  checkClassifierFlags,
  leaveClassifier,
  planOf,
  withClassifierOptions,
} from '../classifier-training.ts';
import { interruption } from '../interrupt.ts';
import { repeat } from '../repeat.ts';
import { give, say, terminalMeters } from '../terminal.ts';

interface TrainFlags extends BusChoice {
  readonly hand: readonly string[];
  readonly out?: string;
  readonly start?: string;
  readonly seed: number;
  readonly steps?: number;
  readonly json?: boolean;
}

const STAGES = { filter: 1, trainer: 1 } as const;

export function trainCommand(program: Command): void {
  const train = program.command('train').description('train a detector, or a classifier of what it finds');
  common(train.command('pre'))
    .requiredOption('--hand <folder>', 'pictures with boxes drawn by hand, again for more', repeat, [])
    .option('--start <from>', 'weights that training starts from: yolox-nano, mobilenet-v2, or random')
    .option('--no-hold-out', 'train on every picture; else every fifth is kept back to score on')
    .description('on what was drawn by hand')
    .action(async (flags: TrainFlags & { holdOut: boolean }) => {
      const settings = readSettings(flags.config);
      const hand = await readHand(flags.hand, []);
      for (const { message } of hand.problems) say(`left out: ${message}`);
      const stopped = interruption();
      const meters = terminalMeters(false);
      await withBus(
        flags,
        async (bus, log, failed) => {
          const context = { bus, meters, signal: AbortSignal.any([stopped, failed]), log };
          const { quality } = settings.decoder;
          const drawn = await publishHand({ clips: [], hand, quality }, context, flags.holdOut);
          const how = { start: startFor(flags.start), seed: flags.seed, steps: flags.steps };
          await leaveDetector(bus, 'pre', await preTrain(drawn, how, context), flags);
        },
        { stages: STAGES, create: true },
      ).finally(() => meters.stop());
    });
  common(train.command('main'))
    .description('on what was drawn by hand and the accepted labels, from the active model')
    .action(async (flags: TrainFlags) => {
      const stopped = interruption();
      const meters = terminalMeters(false);
      await withBus(
        flags,
        async (bus, log, failed) => {
          const context = { bus, meters, signal: AbortSignal.any([stopped, failed]), log };
          await leaveDetector(bus, 'main', await mainTrain(flags, context), flags);
        },
        { stages: STAGES },
      ).finally(() => meters.stop());
    });
  trainOnReviewedLabels(train);
}

function trainOnReviewedLabels(train: Command): void {
  withClassifierOptions(withBusOptions(train.command('classifier')))
    .option('--out <folder>', 'where the model and its report go (default: models/classifier in --dir)')
    .description('of species, on crops of what was drawn by hand and of the accepted labels')
    .action(async (flags: ClassifierFlags & BusChoice & { out?: string }) => {
      const began = performance.now();
      checkClassifierFlags(flags);
      const stopped = interruption();
      const meters = terminalMeters(false);
      await withBus(
        flags,
        async (bus, _, failed) => {
          const context = { bus, meters, signal: AbortSignal.any([stopped, failed]) };
          const out = flags.out ?? join(flags.dir, 'models', 'classifier');
          const end = await trainOnLabels(await planOf(bus, flags), context);
          await leaveClassifier(bus, end, out, { began, json: flags.json ?? false });
        },
        { stages: STAGES },
      ).finally(() => meters.stop());
    });
}

function common(command: Command): Command {
  return withBusOptions(command)
    .option('--out <folder>', 'also write the model there, and report.html')
    .option('--seed <n>', 'the same seed gives the same model', Number, 1)
    .option('--steps <n>', 'training steps (default: the recipe’s)', Number)
    .option('--json', 'print the result as JSON on the last line');
}

/** Writes the model and `report.html` to a folder where one is named, and gives the result. */
async function leaveDetector(
  bus: Bus,
  kind: 'pre' | 'main',
  end: TrainEnd,
  { out, json }: TrainFlags,
): Promise<void> {
  const { model, promoted, why, figures } = end;
  if (out) {
    await writeModelFolder(out, await fetchModel(bus, model));
    const trained = await modelReport(bus, end);
    await writeModelsReport(join(out, 'report.html'), {
      title: basename(resolve(out)),
      createdAt: new Date().toISOString(),
      pre: kind === 'pre' ? trained : null,
      main: kind === 'main' ? trained : null,
      promotion: kind === 'main' ? { promoted, why } : null,
    });
  }
  const where = out ? `; in ${out}, look at ${join(out, 'report.html')}` : '';
  const text = `${model}: ${promoted ? 'active now' : 'not promoted'}: ${why}${where}`;
  give(json ?? false, { model, promoted, why, ...figures }, text);
}

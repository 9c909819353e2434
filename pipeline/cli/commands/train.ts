import type { Command } from 'commander';
import type { Bus } from '../../bus/bus.ts';
import { readHand } from '../../formats/hand.ts';
import type { TrainEnd } from '../../job/jobs.ts';
import { mainTrain, preTrain, publishHand } from '../../job/run.ts';
import { writeModelFolder } from '../../models/files.ts';
import { fetchModel } from '../../models/registry.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { interruption } from '../interrupt.ts';
import { repeat } from '../repeat.ts';
import { readSettings } from '../settings.ts';
import { startFor } from '../start.ts';
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
  const train = program.command('train').description('train a detector');
  common(train.command('pre'))
    .requiredOption('--hand <folder>', 'pictures with boxes drawn by hand, again for more', repeat, [])
    .option('--start <from>', 'weights that training starts from: yolox-nano, or random')
    .description('on what was drawn by hand')
    .action(async (flags: TrainFlags) => {
      const settings = readSettings(flags.config);
      const hand = await readHand(flags.hand, []);
      for (const { message } of hand.problems) say(`left out: ${message}`);
      const signal = interruption();
      const meters = terminalMeters(false);
      await withBus(
        flags,
        async (bus, log) => {
          const context = { bus, meters, signal, log };
          const drawn = await publishHand({ clips: [], hand, quality: settings.decoder.quality }, context);
          await report(
            bus,
            await preTrain(
              drawn,
              { start: startFor(flags.start), seed: flags.seed, steps: flags.steps },
              context,
            ),
            flags,
          );
        },
        { stages: STAGES, create: true },
      ).finally(() => meters.stop());
    });
  common(train.command('main'))
    .description('on what was drawn by hand and the accepted labels, from the active model')
    .action(async (flags: TrainFlags) => {
      const signal = interruption();
      const meters = terminalMeters(false);
      await withBus(
        flags,
        async (bus, log) => report(bus, await mainTrain(flags, { bus, meters, signal, log }), flags),
        { stages: STAGES },
      ).finally(() => meters.stop());
    });
}

function common(command: Command): Command {
  return withBusOptions(command)
    .option('--out <folder>', 'also write the model there')
    .option('--seed <n>', 'the same seed gives the same model', Number, 1)
    .option('--steps <n>', 'training steps (default: the recipe’s)', Number)
    .option('--json', 'print the result as JSON on the last line');
}

async function report(
  bus: Bus,
  { model, promoted, why, figures }: TrainEnd,
  { out, json }: TrainFlags,
): Promise<void> {
  if (out) await writeModelFolder(out, await fetchModel(bus, model));
  const text = `${model}: ${promoted ? 'active now' : 'not promoted'}: ${why}${out ? `; in ${out}` : ''}`;
  give(json ?? false, { model, promoted, why, ...figures }, text);
}

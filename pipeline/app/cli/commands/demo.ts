import { join } from 'node:path';
import type { Command } from 'commander';
import { scoreDetector, truthScores } from '../../../domain/scores/against-truth.ts';
import type { LabelScores } from '../../../domain/scores/labels.ts';
import { writeDemo } from '../../demo/demo.ts';
import { summaryText } from '../../results/run-results.ts';
import { exitCodeOf } from '../exit.ts';
import { give, say, table, terminalMeters } from '../terminal.ts';
import { wholeJob } from './run.ts';

interface DemoFlags {
  readonly out: string;
  readonly seed: number;
  readonly start?: string;
  readonly steps?: number;
  readonly json?: boolean;
}

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .option('--out <folder>', 'where results go', 'shika-demo')
    .option('--seed <n>', 'of the scene and of training', Number, 1)
    .option(
      '--start <from>',
      'weights that training starts from: yolox-nano, mobilenet-v2, or random (default: the first that is there)',
    )
    .option('--steps <n>', 'training steps of each training (default: the recipe’s)', Number)
    .option('--json', 'print the result as JSON on the last line')
    .description('the whole job on a clip that is rendered here, scored against its truth')
    .action(async ({ out, seed, start, steps, json }: DemoFlags) => {
      const meters = terminalMeters(false);
      const meter = meters.start('rendering the demo site');
      const files = await writeDemo(join(out, 'input'), seed, (done, total) => meter.update(done, total));
      meter.done('a clip of 160 frames, 24 hand-drawn stills, 40 to score on');
      meters.stop();
      let labels: (LabelScores & { ap50: number; ap50_95: number }) | undefined;
      const { summary, truth } = await wholeJob(
        [files.clip],
        {
          hand: [files.hand, files.first],
          out,
          review: 'auto',
          seed,
          ...(start === undefined ? {} : { start }),
          ...(steps === undefined ? {} : { steps }),
          explanations: 4,
        },
        async (hasMain) => {
          ({ scores: labels } = await truthScores(files.truth, join(out, 'labels.csv')));
          const { scores: pre } = await scoreDetector(join(out, 'models/pre'), files.heldOut);
          const main = hasMain ? (await scoreDetector(join(out, 'models/main'), files.heldOut)).scores : null;
          return { source: 'rendered with the clip', labels, pre, main };
        },
      );
      say('');
      const figure = (value: number | undefined) => value?.toFixed(3) ?? '-';
      const scores = table(
        ['against the truth', 'AP50', 'AP50:95', 'mean IoU'],
        [
          ['labels', figure(labels?.ap50), figure(labels?.ap50_95), figure(labels?.meanIoU)],
          [
            'pre (40 stills)',
            figure(truth?.pre?.ap50),
            figure(truth?.pre?.ap50_95),
            figure(truth?.pre?.meanIoU),
          ],
          [
            'main (40 stills)',
            figure(truth?.main?.ap50),
            figure(truth?.main?.ap50_95),
            figure(truth?.main?.meanIoU),
          ],
        ],
      );
      give(json ?? false, { ...summary, truth }, `${summaryText(summary, out)}\n\n${scores}`);
      process.exitCode = exitCodeOf(summary.clips);
    });
}

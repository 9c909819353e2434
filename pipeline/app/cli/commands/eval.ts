import { mkdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type ScoredDetector,
  scoreDetector,
  type TruthScores,
  truthScores,
} from '../../../domain/scores/against-truth.ts';
import type { DetectionScores } from '../../../domain/scores/detection.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { writeModelsReport } from '../../report/report.ts';
import { readSettings } from '../../settings.ts';
import { give, say, table } from '../terminal.ts';

interface EvalFlags {
  readonly truth: string;
  readonly labels?: string;
  readonly model?: string;
  readonly clip?: string;
  readonly report?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function evalCommand(program: Command): void {
  program
    .command('eval')
    .requiredOption(
      '--truth <file>',
      'true boxes: a CSV of a clip’s, or a folder of pictures with COCO or YOLO labels',
    )
    .option('--labels <file>', 'labels.csv to score')
    .option('--model <folder>', 'detector to score')
    .option('--clip <file>', 'the clip that a CSV of true boxes belongs to, for --model')
    .option('--report <file>', 'also write a page with the worst mistakes there (HTML), for --model')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the scores as JSON on the last line')
    .description('scores labels or a detector against the truth')
    .action(async (flags: EvalFlags) => {
      if ((flags.labels === undefined) === (flags.model === undefined)) {
        throw new UsageError('eval scores one thing', { expected: 'either --labels or --model' });
      }
      if (flags.report && !flags.model) {
        throw new UsageError('--report shows a detector’s mistakes', { expected: '--model with it' });
      }
      const backend = readSettings(flags.config).detector.backend;
      if (flags.labels) {
        const { scores, problems } = await truthScores(flags.truth, flags.labels);
        for (const { message } of problems) say(`left out: ${message}`);
        give(flags.json ?? false, scores, labelsText(scores));
        return;
      }
      const model = await scoreDetector(flags.model ?? '', flags.truth, flags.clip, backend);
      for (const { message } of model.problems) say(`left out: ${message}`);
      if (flags.report) await writeReport(flags.report, flags.truth, model);
      give(flags.json ?? false, model.scores, modelText(model.scores));
    });
}

async function writeReport(path: string, truth: string, scored: ScoredDetector): Promise<void> {
  const { id, network, start, trainedOn, verifier = null, recipe } = scored.card;
  const { scores } = scored;
  const model = {
    id,
    network,
    start,
    trainedOn,
    verifier,
    scores,
    history: [],
    mistakes: await scored.worstMistakes(),
  };
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeModelsReport(path, {
    title: `${id} on ${basename(resolve(truth))}`,
    createdAt: new Date().toISOString(),
    pre: recipe === 'main' ? null : model,
    main: recipe === 'main' ? model : null,
    promotion: null,
  });
}

function labelsText({ truths, meanIoU, within50, missed, byCause, ap50, ap50_95 }: TruthScores): string {
  const rows = Object.entries(byCause).map(([cause, { labels, meanIoU: mean }]) => [
    cause,
    labels,
    mean === null ? '-' : mean.toFixed(3),
  ]);
  return [
    `mean IoU ${meanIoU.toFixed(3)} over ${truths} true boxes; IoU of 0.5 and more: ${(100 * within50).toFixed(1)} %; missed ${missed}; AP50 ${ap50.toFixed(3)}, AP50:95 ${ap50_95.toFixed(3)}`,
    table(['cause', 'labels', 'mean IoU'], rows),
  ].join('\n');
}

function modelText({ images, truths, ap50, ap50_95, meanIoU, recall, bySize }: DetectionScores): string {
  const figure = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  return [
    `${images} pictures, ${truths} true boxes`,
    table(
      ['AP50', 'AP50:95', 'mean IoU', 'recall', 'small', 'medium', 'large'],
      [[ap50, ap50_95, meanIoU, recall, bySize.small, bySize.medium, bySize.large].map(figure)],
    ),
  ].join('\n');
}

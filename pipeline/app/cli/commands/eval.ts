import { type Command, Option } from 'commander';
import { scoreDetector, type TruthScores, truthScores } from '../../../domain/scores/against-truth.ts';
import type { DetectionScores } from '../../../domain/scores/detection.ts';
import { probeClipFacts } from '../../../ingest/folders/clip-facts.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { writeEvaluation } from '../../results/evaluation.ts';
import { readSettings } from '../../settings.ts';
import { config, json, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { figureText, printResult, table } from '../terminal.ts';

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
  withOptions(
    program.command('eval'),
    new Option(
      '--truth <path>',
      'true boxes: of clips, or of pictures; in any format that `import` reads',
    ).makeOptionMandatory(),
    new Option('--labels <file>', 'labels.csv to score'),
    new Option('--model <folder>', 'detector to score'),
    new Option(
      '--clip <file>',
      'the clip that true boxes are of: for --model, and where they are relative to its size',
    ),
    new Option('--report <file>', 'also write a page with the worst mistakes there (HTML), for --model'),
    config(),
    json(),
  )
    .description('scores labels or a detector against the truth')
    .action(evaluate);
}

async function evaluate({ truth, labels, model, clip, report, config, json }: EvalFlags): Promise<void> {
  if ((labels === undefined) === (model === undefined)) {
    throw new UsageError('eval scores one thing', { expected: 'either --labels or --model' });
  }
  if (report && !model) {
    throw new UsageError('--report shows a detector’s mistakes', { expected: '--model with it' });
  }
  const outcome = new Outcome();
  const { backend } = readSettings(config).detector;
  const clips = await probeClipFacts(clip ? [clip] : []);
  outcome.note(clips.notes);
  outcome.leaveOut(clips.problems);
  if (model) {
    const scored = await scoreDetector(model, truth, clips.facts[0], backend);
    outcome.note(scored.notes);
    outcome.leaveOut(scored.problems);
    if (report) await writeEvaluation(report, truth, scored);
    printResult(json, scored.scores, detectorText(scored.scores));
  } else if (labels) {
    const { scores, problems, notes } = await truthScores(truth, labels, clips.facts);
    outcome.note(notes);
    outcome.leaveOut(problems);
    printResult(json, scores, labelsText(scores));
  }
  outcome.end();
}

function labelsText(scores: TruthScores): string {
  const { truths, meanIoU, within50, missed, extra, byCause, ap50, ap50_95 } = scores;
  const rows = Object.entries(byCause).map(([cause, { labels, within50, meanIoU, extra }]) => [
    cause,
    labels,
    figureText(meanIoU),
    within50,
    extra,
  ]);
  const overall = [
    `mean IoU ${figureText(meanIoU)} over ${truths} true boxes`,
    `IoU of 0.5 and more: ${(100 * within50).toFixed(1)} %`,
    `missed ${missed}, no animal ${extra}`,
    `AP50 ${figureText(ap50)}, AP50:95 ${figureText(ap50_95)}`,
  ];
  const headings = ['cause', 'labels', 'mean IoU', 'IoU >= 0.5', 'no animal'];
  return `${overall.join('; ')}\n${trackingText(scores)}${table(headings, rows)}`;
}

function trackingText({ tracking }: TruthScores): string {
  if (tracking === null) return '';
  const { hota, detA, assA, locA, idf1, switches, fragments, mota } = tracking;
  const headings = ['HOTA', 'DetA', 'AssA', 'LocA', 'IDF1', 'MOTA', 'switches', 'fragments'];
  const row = [...[hota, detA, assA, locA, idf1, mota].map(figureText), switches, fragments];
  return `${table(headings, [row])}\n`;
}

function detectorText({ images, truths, ap50, ap50_95, meanIoU, recall, bySize }: DetectionScores): string {
  const scores = [ap50, ap50_95, meanIoU, recall, bySize.small, bySize.medium, bySize.large];
  const headings = ['AP50', 'AP50:95', 'mean IoU', 'recall', 'small', 'medium', 'large'];
  return `${images} pictures, ${truths} true boxes\n${table(headings, [scores.map(figureText)])}`;
}

/** All that a run leaves in its folder, and how it is written: from here and nowhere else. */
import type { Problem } from '../../domain/formats/problem.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { RunResult } from '../jobs/run.ts';
import type { TruthReport } from '../report/data.ts';
import { writeDatasetFolder } from './dataset.ts';
import { writeExplanations } from './explanations.ts';
import { reportFile } from './job-folder.ts';
import { writeLabelsFile } from './labels.ts';
import { writeModel } from './models.ts';
import { typedCommand, writeRunReport } from './report.ts';
import { runReportData } from './run-report-data.ts';
import { type RunSummary, summaryOf, writeSummary } from './summary.ts';

export interface RunResultsSource {
  readonly bus: Bus;
  readonly jobFolder: string;
  readonly result: RunResult;
  /** What was drawn by hand and could not be used. */
  readonly problems: readonly Problem[];
  readonly totalSeconds: number;
  /** Scores what has been written against a truth that is known. */
  readonly score?: ((hasMain: boolean) => Promise<TruthReport>) | undefined;
}

export interface WrittenRun {
  readonly summary: RunSummary;
  /** null where no truth is known. */
  readonly truth: TruthReport | null;
}

/**
 * Writes `labels.csv`, `dataset/`, `models/`, `explanations/`, `report.html` and, last, `summary.json`: where it is
 * new, so is all the rest.
 */
export async function writeRunResults(source: RunResultsSource): Promise<WrittenRun> {
  const { bus, jobFolder, result, problems, totalSeconds, score } = source;
  const { outcomes, labels, dataset, pre, main, explained } = result;
  const summary = summaryOf(result, problems, totalSeconds);
  await writeLabelsFile(jobFolder, outcomes, labels);
  await writeDatasetFolder(bus, jobFolder, dataset);
  await writeModel(bus, jobFolder, 'pre', pre.model);
  if (main) await writeModel(bus, jobFolder, 'main', main.model);
  const files = new Map(outcomes.map(({ input }) => [input.clip, input.file]));
  const explanations = await writeExplanations(bus, jobFolder, explained, (clip) => files.get(clip) ?? clip);
  const truth = score ? await score(main !== null) : null;
  const { framesPerSecond } = summary;
  const command = typedCommand();
  const more = { command, totalSeconds, framesPerSecond, explanations, problems, truth };
  await writeRunReport(reportFile(jobFolder), await runReportData({ bus, jobFolder, result, ...more }));
  await writeSummary(jobFolder, summary);
  return { summary, truth };
}

/** What a run leaves in its folder, and its summary. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Causes, Ledger } from '../../../schemas/terms.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { table } from '../cli/terminal.ts';
import type { TrainEnd } from '../jobs/jobs.ts';
import { type ModelScores, type RunResult, scoresOf } from '../jobs/run.ts';
import type { TruthReport } from '../report/data.ts';
import { writeReport } from '../report/report.ts';
import { rowsOf, writeDatasetFolder, writeExplanations, writeLabelsFile, writeModel } from './outputs.ts';
import { reportOf } from './run-report.ts';
import { keepRecords } from './sanity-records.ts';

export interface ModelSummary {
  readonly model: string;
  readonly promoted: boolean;
  readonly why: string;
  /** On the held-out pictures, the same for both models; left out where nothing was held out. */
  readonly ap50?: number;
  readonly ap50_95?: number;
  readonly meanIoU?: number;
}

export interface RunSummary {
  readonly clips: readonly {
    readonly file: string;
    readonly clip: string;
    readonly frames: number;
    readonly ledger: Ledger | null;
    readonly causes: Causes | null;
    readonly failure?: string;
  }[];
  readonly models: { readonly pre: ModelSummary; readonly main: ModelSummary | null };
  /** By step. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Of annotation. */
  readonly framesPerSecond: number;
  readonly problems: readonly string[];
}

export interface Leaving {
  readonly bus: Bus;
  readonly out: string;
  readonly result: RunResult;
  readonly problems: readonly Problem[];
  readonly totalSeconds: number;
  /** Scores what has been written against a truth that is known. */
  readonly score?: ((hasMain: boolean) => Promise<TruthReport>) | undefined;
}

/** Writes `labels.csv`, `dataset/`, `models/`, `explanations/`, `report.html` and `summary.json`. */
export async function leave(leaving: Leaving): Promise<{ summary: RunSummary; truth: TruthReport | null }> {
  const { bus, out, result, problems, totalSeconds, score } = leaving;
  await mkdir(out, { recursive: true });
  const summary = summaryOf(result, problems, totalSeconds);
  await writeLabelsFile(out, rowsOf(result.ends, result.labels));
  await writeDatasetFolder(bus, out, result.dataset);
  for (const name of ['pre', 'main'] as const) {
    const model = result[name]?.model;
    if (model === undefined) continue;
    await writeModel(bus, out, name, model);
    await keepRecords(bus, join(out, 'models', name), model);
  }
  const files = new Map(result.ends.map(({ input }) => [input.clip, input.file]));
  const explanations = await writeExplanations(bus, out, result.explained, (clip) => files.get(clip) ?? clip);
  const truth = score ? await score(result.main !== null) : null;
  const { framesPerSecond } = summary;
  const command = ['shika', ...process.argv.slice(2)].join(' ');
  const data = await reportOf({
    bus,
    out,
    command,
    result,
    totalSeconds,
    framesPerSecond,
    explanations,
    problems,
    truth,
  });
  await writeReport(join(out, 'report.html'), data);
  await writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  return { summary, truth };
}

function summaryOf(
  { ends, pre, preScores, main, seconds }: RunResult,
  problems: readonly Problem[],
  total: number,
): RunSummary {
  const clips = ends.map(({ input: { file, clip }, tracked, failure }) => ({
    file,
    clip,
    frames: tracked?.ledger.decoded ?? 0,
    ledger: tracked?.ledger ?? null,
    causes: tracked?.causes ?? null,
    ...(failure === null ? {} : { failure }),
  }));
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0);
  return {
    clips,
    models: { pre: modelSummary(pre, preScores), main: main && modelSummary(main, scoresOf(main)) },
    seconds: { ...seconds, total: Math.round(total * 100) / 100 },
    framesPerSecond: Math.round((100 * frames) / Math.max(0.01, seconds.annotate ?? 0)) / 100,
    problems: problems.map((problem) => problem.message),
  };
}

function modelSummary({ model, promoted, why }: TrainEnd, scores: ModelScores | null): ModelSummary {
  return { model, promoted, why, ...scores };
}

/** For a person. */
export function summaryText(summary: RunSummary, out: string): string {
  const clips = table(
    ['clip', 'frames', 'labelled', 'empty', 'skipped', 'dead', 'by cause'],
    summary.clips.map(({ file, ledger, causes, failure }) =>
      ledger && causes
        ? [
            file,
            ledger.decoded,
            ledger.labelled,
            ledger.empty,
            Object.values(ledger.skipped).reduce((sum, count) => sum + count, 0),
            ledger.dead,
            Object.entries(causes)
              .filter(([, count]) => count > 0)
              .map(([cause, count]) => `${count} ${cause}`)
              .join(', '),
          ]
        : [file, 'failed', failure ?? ''],
    ),
  );
  const models = table(
    ['model', 'held-out AP50', 'AP50:95', 'mean IoU', ''],
    (['pre', 'main'] as const).flatMap((name) => {
      const model = summary.models[name];
      if (!model) return [];
      const figure = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(3));
      return [
        [
          name,
          figure(model.ap50),
          figure(model.ap50_95),
          figure(model.meanIoU),
          model.promoted ? 'promoted' : `not promoted: ${model.why}`,
        ],
      ];
    }),
  );
  const seconds = Object.entries(summary.seconds).map(([step, s]) => `${step} ${s.toFixed(1)} s`);
  return [
    clips,
    models,
    `${seconds.join(', ')}; ${summary.framesPerSecond} frames/s annotated`,
    `results in ${out}, start with ${join(out, 'report.html')}`,
  ].join('\n\n');
}

import type { Command } from 'commander';
import project from '../../../../package.json' with { type: 'json' };
import { readHand } from '../../../domain/formats/hand.ts';
import { identifyClips, listClips, stateFolder } from '../../../ingest/folders/clip-input.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { createLog, type LogLevel } from '../../../runtime/log/log.ts';
import type { ClipEnd } from '../../jobs/annotate.ts';
import { processesFor } from '../../jobs/processes.ts';
import { type RunPlan, runJob } from '../../jobs/run.ts';
import { RunRecord, runDigest } from '../../jobs/run-record.ts';
import { startFor } from '../../jobs/start.ts';
import { Workplace } from '../../jobs/workplace.ts';
import type { TruthReport } from '../../report/data.ts';
import { leave, type RunSummary, summaryText } from '../../results/run-results.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { exitCodeOf } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { repeat } from '../repeat.ts';
import { askReview } from '../review-prompt.ts';
import { give, say, terminalMeters } from '../terminal.ts';

export interface RunFlags {
  readonly hand: readonly string[];
  readonly out: string;
  readonly review: 'auto' | 'ui';
  readonly start?: string;
  readonly seed: number;
  readonly steps?: number;
  readonly camera?: string;
  readonly detectors?: number;
  readonly explanations: number;
  readonly config?: string;
  readonly anew?: boolean;
  readonly json?: boolean;
}

export function runCommand(program: Command): void {
  program
    .command('run')
    .argument('<clip...>', 'clips, or folders of clips')
    .requiredOption(
      '--hand <file>',
      'boxes drawn by hand, again for more: CSV, or a folder with COCO or YOLO labels',
      repeat,
      [],
    )
    .option('--review <how>', 'auto: accept labels below a risk; ui: wait for a person', review, 'auto')
    .option('--out <folder>', 'where results go', 'shika-out')
    .option(
      '--start <from>',
      'weights that training starts from: yolox-nano, mobilenet-v2, or random (default: the first that is there)',
    )
    .option('--seed <n>', 'of training', Number, 1)
    .option('--steps <n>', 'training steps of each training (default: the recipe’s)', Number)
    .option('--camera <name>', 'default: the clip’s folder')
    .option('--detectors <n>', 'detector processes (default: by cores)', Number)
    .option('--explanations <n>', 'how many labels are explained', Number, 4)
    .option('--anew', 'begin anew even where the same run was cut short')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('the whole job on this machine: pre-train, annotate, filter, main-train, report')
    .action(async (paths: string[], flags: RunFlags) => {
      const { summary } = await wholeJob(paths, flags);
      give(flags.json ?? false, summary, summaryText(summary, flags.out));
      process.exitCode = exitCodeOf(summary.clips);
    });
}

/** Runs the job on a private bus and leaves its results in `flags.out`. */
export async function wholeJob(
  paths: readonly string[],
  flags: RunFlags,
  score?: (hasMain: boolean) => Promise<TruthReport>,
): Promise<{ summary: RunSummary; truth: TruthReport | null }> {
  const settings = readSettings(flags.config);
  const log = createLog('cli', settings.log.level === 'info' ? 'warn' : (settings.log.level as LogLevel));
  const meters = terminalMeters(false);
  const files = listClips(paths);
  const clips = await identifyClips(files, flags.camera);
  const hand = await readHand(flags.hand, files);
  for (const { message } of hand.problems) say(`left out: ${message}`);
  const stopped = interruption();
  const started = performance.now();
  const start = startFor(flags.start);
  const folder = stateFolder(flags.out);
  const { json: _, anew = false, ...typed } = flags;
  const of = runDigest({ version: project.version, clips, hand, start, settings, typed });
  const record = new RunRecord(folder, of, anew);
  const { goesOn } = record;
  const before = Object.values(record.seconds).reduce((sum, seconds) => sum + seconds, 0);
  if (goesOn) say(`going on with the run that was cut short in ${flags.out} (--anew begins anew)`);
  const place = await Workplace.open({
    folder,
    keep: goesOn,
    processes: processesFor(flags.detectors),
    env: environment(flags),
    bus: busOptions(settings),
    log,
  });
  try {
    record.begin();
    const plan: RunPlan = {
      clips,
      hand,
      start,
      seed: flags.seed,
      steps: flags.steps,
      quality: settings.decoder.quality,
      review: (ends) => reviewed(flags, ends),
      explanations: flags.explanations,
    };
    const signal = AbortSignal.any([stopped, place.failed]);
    const result = await runJob(plan, { bus: place.bus, meters, signal, log, goesOn }, record);
    const total = before + (performance.now() - started) / 1000;
    const left = await leave({
      bus: place.bus,
      out: flags.out,
      result,
      problems: hand.problems,
      totalSeconds: total,
      score,
    });
    record.end();
    return left;
  } finally {
    meters.stop();
    await place.close();
  }
}

function environment({ review, config }: RunFlags): Record<string, string> {
  return { SHIKA_FILTER_REVIEW: review, ...(config ? { SHIKA_CONFIG: config } : {}) };
}

async function reviewed({ review, out }: RunFlags, ends: readonly ClipEnd[]): Promise<void> {
  if (review === 'ui' && ends.some((end) => end.tracked)) await askReview(out);
}

function review(value: string): 'auto' | 'ui' {
  if (value === 'auto' || value === 'ui') return value;
  throw new UsageError(`--review ${value}`, { expected: 'auto or ui' });
}

/** `shika run` and `shika demo`: the whole job on a pipeline of its own. */
import project from '../../../package.json' with { type: 'json' };
import { readCameraKnowledge } from '../../ingest/options.ts';
import type { OwnedFolder } from '../../runtime/supervisor/owned-folder.ts';
import { processesFor } from '../jobs/processes.ts';
import { runSteps } from '../jobs/run.ts';
import { RunRecord, runDigest } from '../jobs/run-record.ts';
import { startFor } from '../jobs/start.ts';
import { studioAddress } from '../jobs/studio.ts';
import { type RunResultsSource, type WrittenRun, writeRunResults } from '../results/run.ts';
import { readSettings } from '../settings.ts';
import { withJobPipeline } from './bus-access.ts';
import { openJobInput } from './open-input.ts';
import { Outcome } from './outcome.ts';
import { askReview } from './review-prompt.ts';
import { print } from './terminal.ts';

export interface WholeJobFlags {
  readonly hand: readonly string[];
  /** The job's folder. */
  readonly out: string;
  readonly review: 'auto' | 'studio';
  /** The configuration's where not given. */
  readonly tracker?: 'hindsight' | 'note';
  readonly start?: string;
  readonly seed: number;
  readonly steps?: number;
  readonly camera?: string;
  readonly detectors?: number;
  /** How many labels are explained. */
  readonly explanations: number;
  readonly config?: string;
  /** Begins anew even where the same run was cut short. */
  readonly anew?: boolean;
  readonly json?: boolean;
}

/** Runs the job and writes its results. A run that was cut short goes on when the same is typed again. */
export async function runWholeJob(
  folder: OwnedFolder,
  paths: readonly string[],
  flags: WholeJobFlags,
  score?: RunResultsSource['score'],
): Promise<WrittenRun & { readonly outcome: Outcome }> {
  const began = performance.now();
  const { out, seed, steps, config, camera, detectors, review, explanations } = flags;
  const settings = readSettings(config);
  const outcome = new Outcome();
  const { clips, refused, hand, problems, notes } = await openJobInput(paths, flags.hand, camera);
  outcome.note(notes);
  outcome.leaveOut(problems);
  const known = await readCameraKnowledge(settings.cameras);
  const start = startFor(flags.start);
  const { json: _, anew = false, ...typed } = flags;
  const digest = runDigest({ version: project.version, clips, hand, start, settings, typed });
  const record = new RunRecord(folder.path, digest, anew);
  const { goesOn } = record;
  const before = Object.values(record.seconds).reduce((sum, seconds) => sum + seconds, 0);
  if (goesOn) print(`going on with the run that was cut short in ${out} (--anew begins anew)`);
  const studio = review === 'studio' ? await studioAddress({ out, host: '127.0.0.1' }) : null;
  const env = {
    SHIKA_FILTER_REVIEW: review,
    ...(flags.tracker && { SHIKA_TRACKER_METHOD: flags.tracker }),
    ...studio?.env,
  };
  return withJobPipeline(
    { out, folder, config, keep: goesOn, stages: processesFor(detectors), env },
    async (context) => {
      record.begin();
      const { quality } = settings.decoder;
      const wait = studio ? () => askReview(studio.url) : () => Promise.resolve();
      const { acceptBelow } = settings.filter;
      const plan = { clips, hand, start, seed, steps, quality, review: wait, explanations, acceptBelow };
      const done = await runSteps(plan, { ...context, goesOn, known }, record);
      const result = { ...done, outcomes: [...done.outcomes, ...refused] };
      const totalSeconds = before + (performance.now() - began) / 1000;
      outcome.leaveOut(result.problems);
      const all = [...problems, ...result.problems];
      const { bus } = context;
      const written = await writeRunResults({
        bus,
        jobFolder: out,
        result,
        problems: all,
        totalSeconds,
        score,
      });
      record.end();
      return { ...written, outcome };
    },
  );
}

import { type Command, Option } from 'commander';
import { withJobFolder } from '../bus-access.ts';
import {
  camera,
  config,
  detectors,
  hand,
  jobFolder,
  json,
  seed,
  start,
  steps,
  trackerMethod,
  wholeNumber,
  withOptions,
} from '../options.ts';
import { summaryText } from '../summary-text.ts';
import { printResult } from '../terminal.ts';
import { runWholeJob, type WholeJobFlags } from '../whole-job.ts';

export function runCommand(program: Command): void {
  withOptions(
    program.command('run').argument('<clip...>', 'clips, or folders of clips'),
    hand().makeOptionMandatory(),
    new Option('--review <how>', 'auto: accept labels below a risk; studio: wait for a person')
      .choices(['auto', 'studio'])
      .default('auto'),
    jobFolder('the job’s folder, where results go'),
    start(),
    seed(),
    steps(),
    trackerMethod(),
    camera(),
    detectors(),
    new Option('--explanations <n>', 'how many labels are explained').argParser(wholeNumber(0)).default(4),
    new Option('--anew', 'begin anew even where the same run was cut short'),
    config(),
    json(),
  )
    .description('the whole job on this machine: pre-train, annotate, filter, main-train, report')
    .action(async (paths: string[], flags: WholeJobFlags) => {
      const { summary, outcome } = await withJobFolder(flags, (folder) => runWholeJob(folder, paths, flags));
      printResult(flags.json, summary, summaryText(summary, flags.out));
      outcome.end(summary.clips);
    });
}

import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type DemoFiles, writeDemo } from '../../demo/demo.ts';
import { scoreDemo } from '../../demo/score.ts';
import type { TruthReport } from '../../report/data.ts';
import { withJobFolder } from '../bus-access.ts';
import { jobFolder, json, seed, start, steps, withOptions } from '../options.ts';
import { summaryText } from '../summary-text.ts';
import { figureText, printResult, table, terminalMeters } from '../terminal.ts';
import { runWholeJob, type WholeJobFlags } from '../whole-job.ts';

type DemoFlags = Pick<WholeJobFlags, 'out' | 'seed' | 'start' | 'steps' | 'json'> & {
  readonly night?: boolean;
};

export function demoCommand(program: Command): void {
  withOptions(
    program.command('demo'),
    jobFolder('the job’s folder, where results go').default('shika-demo'),
    seed('of the scene and of training'),
    new Option('--night', 'a clip in infrared, as a cheap camera sees it'),
    start(),
    steps(),
    json(),
  )
    .description('the whole job on a clip that is rendered here, scored against its truth')
    .action(async (flags: DemoFlags) => {
      const { out } = flags;
      const { summary, truth, outcome } = await withJobFolder(flags, async (folder) => {
        const files = await renderDemo(flags);
        const hand = [files.hand, files.first];
        const all = { ...flags, hand, review: 'auto', explanations: 4 } as const;
        return runWholeJob(folder, [files.clip], all, (hasMain) => scoreDemo(files, out, hasMain));
      });
      printResult(
        flags.json,
        { ...summary, truth },
        `\n${summaryText(summary, out)}\n\n${truth ? truthText(truth) : ''}`,
      );
      outcome.end(summary.clips);
    });
}

async function renderDemo({ out, seed, night = false }: DemoFlags): Promise<DemoFiles> {
  const meters = terminalMeters();
  const meter = meters.start('rendering the demo site');
  const onProgress = (done: number, total: number) => meter.update(done, total);
  const files = await writeDemo(join(out, 'input'), { seed, night, onProgress });
  meter.done(`a clip of ${files.frames} frames, 24 hand-drawn stills, 40 to score on`);
  meters.stop();
  return files;
}

function truthText({ labels, pre, main }: TruthReport): string {
  const rows = { labels, 'pre (40 stills)': pre, 'main (40 stills)': main };
  return table(
    ['against the truth', 'AP50', 'AP50:95', 'mean IoU'],
    Object.entries(rows).map(([name, scores]) => [
      name,
      figureText(scores?.ap50),
      figureText(scores?.ap50_95),
      figureText(scores?.meanIoU),
    ]),
  );
}

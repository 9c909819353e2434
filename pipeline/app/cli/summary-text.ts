/** A run's summary for a person. */
import { styleText } from 'node:util';
import { reportFile } from '../results/job-folder.ts';
import type { ClipSummary, ModelSummary, RunSummary } from '../results/summary.ts';
import { figureText, table } from './terminal.ts';

export function summaryText({ clips, models, seconds, framesPerSecond }: RunSummary, out: string): string {
  const times = Object.entries(seconds).map(([step, duration]) => `${step} ${duration.toFixed(1)} s`);
  return [
    table(['clip', 'frames', 'labelled', 'empty', 'skipped', 'dead', 'by cause'], clips.map(clipRow)),
    ...clips.flatMap(({ file, damage }) =>
      damage ? [styleText('yellow', `${file} is damaged: ${damage.what}`)] : [],
    ),
    table(
      ['model', 'AP50', 'likely', 'AP50:95', 'mean IoU', 'hand-drawn pictures', ''],
      [modelRow('pre', models.pre), ...(models.main ? [modelRow('main', models.main)] : [])],
    ),
    ...(models.main ? [] : [styleText('red', 'no label was accepted: main training was left out')]),
    `${times.join(', ')}; ${framesPerSecond} frames/s annotated`,
    `results in ${out}, start with ${reportFile(out)}`,
  ].join('\n\n');
}

function clipRow({ file, ledger, causes, failure }: ClipSummary): (string | number)[] {
  if (!ledger || !causes) return [file, 'failed', failure ?? ''];
  const { decoded, labelled, empty, skipped, dead } = ledger;
  const skips = Object.values(skipped).reduce((sum, count) => sum + count, 0);
  const byCause = Object.entries(causes).filter(([, count]) => count > 0);
  const counts = byCause.map(([cause, count]) => `${count} ${cause}`).join(', ');
  return [file, decoded, labelled, empty, skips, dead, counts];
}

/** Scores on what a person drew; on other pictures the pipeline would be scored against its own labels. */
function modelRow(name: string, { drawn, promoted, why }: ModelSummary): (string | number)[] {
  const decision = promoted ? 'promoted' : `not promoted: ${why}`;
  return [
    name,
    figureText(drawn?.ap50),
    drawn ? drawn.interval.map((bound) => bound.toFixed(2)).join('-') : '-',
    figureText(drawn?.ap50_95),
    figureText(drawn?.meanIoU),
    drawn?.images ?? 0,
    decision,
  ];
}

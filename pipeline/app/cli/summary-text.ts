/** A run's summary for a person. */
import { reportFile } from '../results/job-folder.ts';
import type { ClipSummary, ModelSummary, RunSummary } from '../results/summary.ts';
import { figureText, table } from './terminal.ts';

export function summaryText({ clips, models, seconds, framesPerSecond }: RunSummary, out: string): string {
  const times = Object.entries(seconds).map(([step, duration]) => `${step} ${duration.toFixed(1)} s`);
  return [
    table(['clip', 'frames', 'labelled', 'empty', 'skipped', 'dead', 'by cause'], clips.map(clipRow)),
    table(
      ['model', 'held-out AP50', 'AP50:95', 'mean IoU', ''],
      [modelRow('pre', models.pre), ...(models.main ? [modelRow('main', models.main)] : [])],
    ),
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

function modelRow(name: string, { ap50, ap50_95, meanIoU, promoted, why }: ModelSummary): string[] {
  const decision = promoted ? 'promoted' : `not promoted: ${why}`;
  return [name, figureText(ap50), figureText(ap50_95), figureText(meanIoU), decision];
}
